import type { Requirement } from "../../core/requirement.ts";
import type { OwnerInput } from "../shared/owner.ts";

type Declared<D> = D extends Requirement ? Omit<D, "owner"> & { owner: OwnerInput } : never;

/** A requirement in a program: plain values except for the owner. */
export type RequirementInput = Declared<Requirement>;

/** Whether two requirements are about the same service: a component states more about it than the service itself. */
export function isSameService(one: RequirementInput, other: RequirementInput): boolean {
  if (one.kind !== "service" || other.kind !== "service") return false;
  return one.name === other.name && one.owner.name === other.owner.name;
}
