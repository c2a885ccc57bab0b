import type { Engine } from "../../../engine/engine.ts";
import { EngineError } from "../../../engine/transport.ts";

/** Three real or fake engines, in no Swarm. */
export interface EnginesUnderTest {
  engine(number: number): Engine;
  address(number: number): string;
  /** An image with `mc`, present on all of them. */
  image: string;
  stop(number: number): Promise<void>;
  start(number: number): Promise<void>;
  /** Waits until a manager has encrypted its own keys. The API does not show this: the leader answers for all managers. */
  encrypted(number: number): Promise<void>;
}

/** An answer: the status and text of an error, or the shape of a result. */
export type RecordedAnswer = { status: number; message: string } | { shape: unknown };

/** Sends requests to engines, and records the answers by the name of the request. */
export class Recorder {
  readonly stage: EnginesUnderTest;
  readonly answers: Record<string, RecordedAnswer> = {};
  /** Ids of created objects, by kind. */
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

/** Returns the shape of a value: an object's keys, a list's first item, and types. */
function shapeOf(value: unknown): unknown {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

/** Replaces ids and addresses, which differ between engines. */
const withoutIds = (message: string) =>
  message.replace(/\b(?:[a-z0-9]{25}|[0-9a-f]{64})\b/g, ":id").replace(/\d+\.\d+\.\d+\.\d+/g, ":address");
