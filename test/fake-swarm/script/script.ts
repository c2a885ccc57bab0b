import type { Engine } from "../../../engine/engine.ts";
import { EngineError } from "../../../engine/transport.ts";

/** Three engines of either kind, in no Swarm. */
export interface EnginesUnderTest {
  engine(number: number): Engine;
  address(number: number): string;
  /** An image that they have, with `mc` in it. */
  image: string;
  stop(number: number): Promise<void>;
  start(number: number): Promise<void>;
}

/** What was answered: an error's status and text, or what an answer looks like. */
export type RecordedAnswer = { status: number; message: string } | { shape: unknown };

/** Asks engines one thing after another, and records what they say by the name of the question. */
export class Recorder {
  readonly stage: EnginesUnderTest;
  readonly answers: Record<string, RecordedAnswer> = {};
  /** What was made so far, by kind. */
  readonly ids: Record<string, string> = {};

  constructor(stage: EnginesUnderTest) {
    this.stage = stage;
  }

  readonly engine = (number: number): Engine => this.stage.engine(number);

  join(number: number, JoinToken: string): Promise<void> {
    const request = { ListenAddr: "0.0.0.0:2377", AdvertiseAddr: this.stage.address(number), JoinToken };
    return this.engine(number).joinSwarm({ ...request, RemoteAddrs: [`${this.stage.address(1)}:2377`] });
  }

  async ask<T>(name: string, asked: Promise<T>): Promise<T> {
    try {
      const answer = await asked;
      this.answers[name] = { shape: shapeOf(answer) };
      return answer;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.answers[name] = { status: error.status, message: withoutIds(error.message) };
      return undefined as T;
    }
  }
}

export async function waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; await new Promise((next) => setTimeout(next, 100))) {
    if (await holds().catch(() => false)) return;
  }
  throw new Error(`not within 90 s: ${what}`);
}

/** A value's types: the keys of an object, the first of a list. */
function shapeOf(value: unknown): unknown {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

/** Ids and addresses differ between engines; the words do not. */
const withoutIds = (message: string) =>
  message.replace(/\b(?:[a-z0-9]{25}|[0-9a-f]{64})\b/g, ":id").replace(/\d+\.\d+\.\d+\.\d+/g, ":address");
