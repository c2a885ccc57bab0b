import type { SshFailureKind } from "./ssh-errors.ts";

/** The cause of a failure to reach an engine; "address" if the address itself is invalid. */
export type UnreachableKind = SshFailureKind | "address";

/** The Engine could not be reached, or did not answer in time. */
export class UnreachableError extends Error {
  /** The cause; undefined if the engine or its machine does not answer, which may be temporary. */
  readonly kind: UnreachableKind | undefined;
  constructor(host: string, why: string, kind?: UnreachableKind) {
    super(`Docker Engine at ${host} does not answer: ${why}`);
    this.name = "UnreachableError";
    this.kind = kind;
  }
}
