import type { Requirement } from "../../core/requirement.ts";
import type { OwnerInput } from "../shared/owner.ts";

type Declared<D> = D extends Requirement ? Omit<D, "owner"> & { owner: OwnerInput } : never;

/** A requirement as a program declares it: plain values, but for the owner's identity. */
export type RequirementInput = Declared<Requirement>;

/** Whether two requirements are about the same service: a component states more of it than the service itself. */
export function isSameService(one: RequirementInput, other: RequirementInput): boolean {
  if (one.kind !== "service" || other.kind !== "service") return false;
  return one.name === other.name && one.owner.name === other.owner.name;
}
