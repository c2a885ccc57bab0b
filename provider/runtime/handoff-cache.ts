/** A cache that hands each entry to one consumer, for results that are needed again shortly after. */
export class HandoffCache<Key, Value> {
  readonly #maxAgeMs: number;
  readonly #isSame: (a: Key, b: Key) => boolean;
  readonly #entries: { key: Key; value: Value; at: number }[] = [];

  /** @param maxAgeSeconds seconds for which an entry is valid */
  constructor(maxAgeSeconds: number, isSame: (a: Key, b: Key) => boolean) {
    this.#maxAgeMs = maxAgeSeconds * 1000;
    this.#isSame = isSame;
  }

  /** @param now in terms of `performance.now()` */
  put(key: Key, value: Value, now = performance.now()): void {
    this.#entries.push({ key, value, at: now });
  }

  /** Removes the latest entry for the key, and returns its value if it is still valid. */
  take(key: Key, now = performance.now()): Value | undefined {
    const index = this.#entries.findLastIndex((entry) => this.#isSame(entry.key, key));
    const [entry] = index < 0 ? [] : this.#entries.splice(index, 1);
    return entry && now - entry.at <= this.#maxAgeMs ? entry.value : undefined;
  }
}
