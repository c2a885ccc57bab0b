/** What was found out a moment ago, so that it need not be asked again. */
export class HandoffCache<Question, Found> {
  readonly #forMs: number;
  readonly #isSame: (a: Question, b: Question) => boolean;
  readonly #known: { question: Question; found: Found; at: number }[] = [];

  /** @param forSeconds how long what was found holds */
  constructor(forSeconds: number, isSame: (a: Question, b: Question) => boolean) {
    this.#forMs = forSeconds * 1000;
    this.#isSame = isSame;
  }

  /** @param now as `performance.now()` tells it */
  put(question: Question, found: Found, now = performance.now()): void {
    this.#known.push({ question, found, at: now });
  }

  /** Takes what was found last, if that is recent; each once, for it is to be acted on. */
  take(question: Question, now = performance.now()): Found | undefined {
    const at = this.#known.findLastIndex((one) => this.#isSame(one.question, question));
    const [taken] = at < 0 ? [] : this.#known.splice(at, 1);
    return taken && now - taken.at <= this.#forMs ? taken.found : undefined;
  }
}
