import { isOwned } from "../../core/labels.ts";
import { IDENTITY_TYPE, type StoredResource } from "../lib/state.ts";

/** Returns whether a volume with these labels belongs to one of these identities. A state has exactly one. */
export function isOurs(labels: Record<string, string> | null, identities: readonly StoredResource[]): boolean {
  return identities.some(({ id = "" }) => isOwned(labels, { id }));
}

/** Returns whether these arguments of `pulumi destroy` select resources themselves. */
export function hasResourceTargets(rest: readonly string[]): boolean {
  return rest.some((arg) => /^(--target|--exclude|-t|-x)(=|$)/.test(arg));
}

/**
 * Returns arguments with which `pulumi destroy` keeps the state's identity, by which the next `up` recognises the kept
 * volumes. Returns none if the user's own arguments select resources.
 */
export function excludeIdentity(resources: readonly StoredResource[], rest: readonly string[]): string[] {
  if (hasResourceTargets(rest)) return [];
  return resources.flatMap(({ type, urn }) => (type === IDENTITY_TYPE ? ["--exclude", urn] : []));
}
