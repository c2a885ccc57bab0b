import type { SshFailureKind } from "./ssh-errors.ts";

/** What a failure to reach an engine is about; "address" when the address itself is wrong. */
export type UnreachableKind = SshFailureKind | "address";

/** The Engine could not be reached, or did not answer in time. */
export class UnreachableError extends Error {
  /** What it is about; undefined when the engine or its machine does not answer, which may pass. */
  readonly kind: UnreachableKind | undefined;
  constructor(host: string, why: string, kind?: UnreachableKind) {
    super(`Docker Engine at ${host} does not answer: ${why}`);
    this.name = "UnreachableError";
    this.kind = kind;
  }
}
