import type { SshProblemKind } from "./ssh-problem.ts";

/** The Engine could not be reached, or did not answer in time. */
export class UnreachableError extends Error {
  /** What ssh has to say about, if it was that. */
  readonly kind: SshProblemKind | undefined;
  constructor(host: string, why: string, kind?: SshProblemKind) {
    super(`Docker Engine at ${host} does not answer: ${why}`);
    this.name = "UnreachableError";
    this.kind = kind;
  }
}
