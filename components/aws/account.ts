import type { ValidationIssue } from "../../core/input-validation-error.ts";

/** What an account has in a region, as far as machines are concerned. */
export interface AccountFacts {
  /** Names of the zones that can be used. */
  zones: readonly string[];
  /** Absent where there is none. */
  image?: { id: string; architecture: string };
  /** The instance types asked for, as far as there are such. */
  types: Readonly<Record<string, { memoryMiB: number; architectures: readonly string[] }>>;
}

/** What is asked of it. */
export interface AccountRequirements {
  zones: readonly string[];
  /** Instance types by the argument that names them. */
  types: Readonly<Record<string, string>>;
  imageParameter: string;
}

/** An engine, a member of the store, and the system beside them. */
export const MIN_MEMORY_MIB = 2048;

/** What the account does not have. */
export function validateAccount(
  { zones, types, imageParameter }: AccountRequirements,
  account: AccountFacts,
): ValidationIssue[] {
  const { image } = account;
  const missing = zones
    .filter((zone) => !account.zones.includes(zone))
    .map((zone) => {
      const problem = `the region that aws:region says has no such zone: choose of ${account.zones.join(", ")}`;
      return { argument: "zones", value: zone, problem };
    });
  const unfit = Object.entries(types).flatMap(([argument, value]): ValidationIssue[] => {
    const type = account.types[value];
    if (!type) return [];
    if (type.memoryMiB < MIN_MEMORY_MIB) {
      const problem = `has ${type.memoryMiB} MiB of memory: choose a type with ${MIN_MEMORY_MIB} or more`;
      return [{ argument, value, problem }];
    }
    if (!image || type.architectures.includes(image.architecture)) return [];
    const problem =
      `is made for ${type.architectures.join(" and ")}, and the image of ${imageParameter} for ${image.architecture}: ` +
      "choose another of the two";
    return [{ argument, value, problem }];
  });
  return [...missing, ...unfit];
}
