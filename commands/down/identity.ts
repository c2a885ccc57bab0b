import { isOwned } from "../../core/labels.ts";
import { IDENTITY_TYPE, type StoredResource } from "../lib/state.ts";

/** Whether a volume with these labels was created with the state that holds these identities, of which there is one. */
export function isOurs(labels: Record<string, string> | null, identities: readonly StoredResource[]): boolean {
  return identities.some(({ id = "" }) => isOwned(labels, { id }));
}

/** Returns whether these arguments of `pulumi destroy` name the resources that go or stay. */
export function hasResourceTargets(rest: readonly string[]): boolean {
  return rest.some((arg) => /^(--target|--exclude|-t|-x)(=|$)/.test(arg));
}

/**
 * The arguments by which `pulumi destroy` leaves the state's identity: the next `up` recognises the kept volumes by it.
 * Pulumi takes targets and exclusions of the user's own instead.
 */
export function excludeIdentity(resources: readonly StoredResource[], rest: readonly string[]): string[] {
  if (hasResourceTargets(rest)) return [];
  return resources.flatMap(({ type, urn }) => (type === IDENTITY_TYPE ? ["--exclude", urn] : []));
}
