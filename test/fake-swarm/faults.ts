import type { FakeEngine } from "./engine.ts";

/**
 * How a request goes wrong: an error in place of the answer, a connection that is reset before or after the engine has
 * done what was asked, an answer that comes late.
 */
export type Fault = { status: number; message: string } | "reset" | "reset when done" | { lateMs: number };

interface Rule {
  engine: FakeEngine | undefined;
  request: string;
  fault: Fault;
  pending: number;
}

/** The requests that are to go wrong. */
export class Faults {
  readonly #rules: Rule[] = [];

  /**
   * @param request the start of its method and path: `POST /services/`
   * @param engine the engine that is asked @default - any
   */
  add(request: string, fault: Fault, { times = 1, engine }: { times?: number; engine?: FakeEngine } = {}): void {
    this.#rules.push({ engine, request, fault, pending: times });
  }

  /** What is to go wrong with a request now. */
  take(engine: FakeEngine, request: string): Fault | undefined {
    const rule = this.#rules.find(
      (one) => one.pending > 0 && request.startsWith(one.request) && (one.engine ?? engine) === engine,
    );
    if (rule) rule.pending -= 1;
    return rule?.fault;
  }

  /** Requests that were to go wrong and have not come: a test that expects none proves that they did. */
  get left(): string[] {
    return this.#rules.filter(({ pending }) => pending > 0 && pending !== Infinity).map(({ request }) => request);
  }

  clear(): void {
    this.#rules.length = 0;
  }
}
