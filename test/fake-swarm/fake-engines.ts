import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { join as joinPath } from "node:path";
import { type Application, idleApplication } from "./application.ts";
import { FakeEngine, type Simulation } from "./engine.ts";
import { Faults } from "./faults.ts";
import { init, join } from "./membership.ts";
import { connectInMemory } from "./memory.ts";
import { createEngineServer } from "./server.ts";
import type { FakeSwarm } from "./swarm.ts";
import { REALISTIC, Timers, type Timing } from "./timing.ts";

export interface FakeEnginesOptions {
  timing?: Timing;
  /** Folder for Unix sockets. @default - in memory, for clients of this process only */
  folder?: string;
}

/** An engine with its connection for clients. */
export type ReachableEngine = FakeEngine & { connection: { host: string } };

let instances = 0;

/**
 * Fake Docker engines: HTTP servers that answer like the Engine API and can form Swarms. In memory they need no sockets,
 * so that tests with fake time never wait for real I/O.
 *
 * @example
 * const fake = await FakeEngines.start(3);
 * await fake.formSwarm({ managers: 3 });
 * fake.engines[0].stop();
 */
export class FakeEngines implements Simulation {
  readonly timers = new Timers();
  readonly timing: Timing;
  readonly application: Application = idleApplication();
  readonly faults = new Faults();
  readonly engines: readonly ReachableEngine[];
  /** Received requests in order, without `/_ping`: `host1 GET /info`. */
  readonly requests: string[] = [];
  readonly #servers = new Map<string, { server: Server; engine: FakeEngine }>();
  readonly #disconnect: () => void;
  #responseStats = { count: 0, bytes: 0 };

  /** Starts engines called host1, host2 and so on. */
  static async start(count: number, options: FakeEnginesOptions = {}): Promise<FakeEngines> {
    const fake = new FakeEngines(count, options);
    if (options.folder !== undefined) await fake.#listen(options.folder);
    return fake;
  }

  private constructor(count: number, { timing = REALISTIC, folder }: FakeEnginesOptions) {
    this.timing = { ...timing };
    const where = folder ?? `/in-memory/${++instances}`;
    this.engines = Array.from({ length: count }, (_, at) => {
      const number = at + 1;
      const engine = new FakeEngine(this, `host${number}`, `198.19.${number >> 8}.${number & 255}`);
      const path = joinPath(where, `${number}.sock`);
      this.#servers.set(path, { engine, server: createEngineServer(engine, this.#observer()) });
      return Object.assign(engine, { connection: { host: `unix://${path}` } });
    });
    this.#disconnect = folder === undefined ? connectInMemory(this.#servers) : () => {};
  }

  /** Returns an engine by its number, from 1. */
  engine(number: number): ReachableEngine {
    const engine = this.engines[number - 1];
    if (!engine) throw new Error(`there is no engine ${number}`);
    return engine;
  }

  /** Forms a Swarm of all engines at once, without requests. The first ones become managers. */
  formSwarm({ managers = 1 }: { managers?: number } = {}): FakeSwarm {
    const [first, ...others] = this.engines;
    if (!first) throw new Error("there is no engine");
    init(first, { Spec: {} });
    const swarm = first.requireSwarm();
    for (const [at, engine] of others.entries()) {
      const { Manager, Worker } = swarm.inspect().JoinTokens;
      const JoinToken = at + 1 < managers ? Manager : Worker;
      join(engine, { JoinToken, RemoteAddrs: [`${first.address}:2377`] });
    }
    for (const node of swarm.nodes.values()) node.Status.State = "ready";
    return swarm;
  }

  /** Returns the number and bytes of responses since the last call. */
  takeResponseStats(): { count: number; bytes: number } {
    const seen = this.#responseStats;
    this.#responseStats = { count: 0, bytes: 0 };
    return seen;
  }

  /** Stops all engines and cancels their timers. */
  async stop(): Promise<void> {
    this.timers.end();
    this.#disconnect();
    await Promise.all([...this.#servers.values()].map(({ server }) => closed(server)));
  }

  async #listen(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    await Promise.all([...this.#servers].map(([path, { server }]) => listening(server, path)));
  }

  #observer() {
    return {
      faults: this.faults,
      asked: ({ hostname }: FakeEngine, what: string) => {
        if (what !== "GET /_ping") this.requests.push(`${hostname} ${what}`);
      },
      answered: (bytes: number) => {
        this.#responseStats.count += 1;
        this.#responseStats.bytes += bytes;
      },
    };
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((done, failed) => {
    server.once("error", failed).listen(path, () => done());
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
