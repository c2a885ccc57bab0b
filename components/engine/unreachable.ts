/** The Engine could not be reached, or did not answer in time. */
export class UnreachableError extends Error {
  constructor(host: string, why: string) {
    super(`Docker Engine at ${host} does not answer: ${why}`);
    this.name = "UnreachableError";
  }
}
