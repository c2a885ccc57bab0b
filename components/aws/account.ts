import type { ValidationIssue } from "../../core/input-validation-error.ts";

/** Zones, image and instance types that an account has in a region. */
export interface AccountFacts {
  /** Names of the available zones. */
  zones: readonly string[];
  /** Absent if it does not exist. */
  image?: { id: string; architecture: string };
  /** The requested instance types that exist. */
  types: Readonly<Record<string, { memoryMiB: number; architectures: readonly string[] }>>;
}

/** Zones, image and instance types that the machines need. */
export interface AccountRequirements {
  zones: readonly string[];
  /** Instance types by the argument that sets them. */
  types: Readonly<Record<string, string>>;
  imageParameter: string;
}

/** Enough for an engine, a member of the store, and the system. */
export const MIN_MEMORY_MIB = 2048;

/** Validates that the account has what the machines need. */
export function validateAccount(
  { zones, types, imageParameter }: AccountRequirements,
  account: AccountFacts,
): ValidationIssue[] {
  const { image } = account;
  const missing = zones
    .filter((zone) => !account.zones.includes(zone))
    .map((zone) => {
      const problem = `is not a zone of the region in aws:region: choose one of ${account.zones.join(", ")}`;
      return { argument: "zones", value: zone, problem };
    });
  const typeIssues = Object.entries(types).flatMap(([argument, value]): ValidationIssue[] => {
    const type = account.types[value];
    if (!type) return [];
    if (type.memoryMiB < MIN_MEMORY_MIB) {
      const problem = `has ${type.memoryMiB} MiB of memory: choose a type with ${MIN_MEMORY_MIB} or more`;
      return [{ argument, value, problem }];
    }
    if (!image || type.architectures.includes(image.architecture)) return [];
    const problem =
      `has architecture ${type.architectures.join(" and ")}, but the image of ${imageParameter} has ${image.architecture}: ` +
      "change one of them";
    return [{ argument, value, problem }];
  });
  return [...missing, ...typeIssues];
}
