import { isOfStack } from "../../components/shared/labels.ts";
import { IDENTITY_TYPE, type StoredResource } from "../support/state.ts";

/** Whose a volume has to be to be this stack's. */
export interface StateIdentity {
  project: string;
  stack: string;
}

/** Whether a volume with these labels was created with this state. */
export function isOurs(labels: Record<string, string> | null, identity: StateIdentity): boolean {
  return isOfStack(labels, { ...identity, name: "" });
}

/**
 * The arguments by which `pulumi destroy` leaves the state's identity: the next `up` recognises the kept volumes by it.
 * Pulumi takes targets and exclusions of the user's own instead.
 */
export function keepIdentity(resources: readonly StoredResource[], rest: readonly string[]): string[] {
  if (rest.some((arg) => /^(--target|--exclude|-t|-x)(=|$)/.test(arg))) return [];
  return resources.flatMap(({ type, urn }) => (type === IDENTITY_TYPE ? ["--exclude", urn] : []));
}
