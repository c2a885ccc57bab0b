import type { Requirement } from "../../core/requirement.ts";
import type { OwnerInput } from "../shared/owner.ts";

type Declared<D> = D extends Requirement ? Omit<D, "owner"> & { owner: OwnerInput } : never;

/** A requirement in a program: plain values except for the owner. */
export type RequirementInput = Declared<Requirement>;
