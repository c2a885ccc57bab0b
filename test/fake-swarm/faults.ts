import type { FakeEngine } from "./engine.ts";

/**
 * How a request fails: an error response, a connection reset before or after the engine has processed it, or a late
 * response.
 */
export type Fault = { status: number; message: string } | "reset" | "reset when done" | { lateMs: number };

interface Rule {
  engine: FakeEngine | undefined;
  request: string;
  fault: Fault;
  pending: number;
}

/** Injects faults into requests. */
export class Faults {
  readonly #rules: Rule[] = [];

  /**
   * @param request prefix of method and path: `POST /services/`
   * @param engine the engine that receives it @default - any
   */
  add(request: string, fault: Fault, { times = 1, engine }: { times?: number; engine?: FakeEngine } = {}): void {
    this.#rules.push({ engine, request, fault, pending: times });
  }

  /** Returns the fault for a request, and counts it. */
  take(engine: FakeEngine, request: string): Fault | undefined {
    const rule = this.#rules.find(
      (one) => one.pending > 0 && request.startsWith(one.request) && (one.engine ?? engine) === engine,
    );
    if (rule) rule.pending -= 1;
    return rule?.fault;
  }

  /** Faults that no request has triggered yet. Tests expect none, to prove that their requests were sent. */
  get left(): string[] {
    return this.#rules.filter(({ pending }) => pending > 0 && pending !== Infinity).map(({ request }) => request);
  }

  clear(): void {
    this.#rules.length = 0;
  }
}
