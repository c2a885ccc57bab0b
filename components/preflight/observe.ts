import { hostname as thisHostname } from "node:os";
import { type EngineConnection, socketPath } from "../engine/connection.ts";
import { Engine } from "../engine/engine.ts";
import { patienceWith } from "../engine/patience.ts";
import { hasShell } from "../engine/shell.ts";
import type { ContainerSummary, EngineInfo } from "../engine/types.ts";
import { ResourceProblem } from "../provider/values.ts";
import { done, notYet, waitFor } from "../provider/wait.ts";
import { errorText } from "../shared/error-text.ts";
import { readLocalFacts } from "./local-facts.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { type ObservedHost, type Situation, withPartLabels } from "./observed.ts";
import { readRemoteFacts } from "./remote-facts.ts";

/** A host as the program knows it. */
export interface HostToObserve {
  connection: EngineConnection;
  hostname: string;
  /** The address by which the other hosts reach it. Absent: not known. */
  privateAddress?: string;
}

/**
 * Looks at every host at once. An engine that does not answer may be still to be made: the Host resource is what waits
 * for it, and fails when it stays away.
 */
export async function observe(hosts: Record<string, HostToObserve>): Promise<Omit<Situation, "allowOutage">> {
  const found = await Promise.all(
    Object.entries(hosts).map(async ([key, { connection, hostname, privateAddress }]) => {
      const engine = new Engine(connection);
      const [answer, remote] = await Promise.all([
        engine.info(patienceWith(connection)).catch((error: unknown) => errorText(error)),
        hasShell(connection) ? readRemoteFacts(connection).catch((error: unknown) => errorText(error)) : undefined,
      ]);
      const info = typeof answer === "string" ? undefined : answer;
      const reason = typeof answer === "string" ? answer : undefined;
      const [host, facts] = await Promise.all([
        info && observeHost(engine, hostname, info),
        info && isThisMachine(connection, info) ? readLocalFacts() : remote,
      ]);
      const machine = typeof facts === "string" ? undefined : facts;
      const unseen = typeof facts === "string" && info ? facts : undefined;
      return { key, host, reason, machine, unseen, privateAddress };
    }),
  );
  return {
    hosts: withPartLabels(byKey(found, ({ host }) => host)),
    machines: byKey<(typeof found)[number], MachineFacts>(found, ({ machine }) => machine),
    unseen: byKey(found, ({ unseen }) => unseen),
    addresses: byKey(found, ({ privateAddress }) => privateAddress),
    reasons: byKey(found, ({ reason }) => reason),
    silent: found.filter(({ host }) => host === undefined).map(({ key }) => key),
  };
}

/** Docker opens a container's ports before the container runs. */
const PRESENT = ["created", "restarting", "running", "paused"];

/** Of those that do not run yet, a task's is just starting; another one may never be started. */
function isPresent({ State, Labels }: ContainerSummary): boolean {
  return State !== "created" || "com.docker.swarm.task.id" in Labels;
}

/** One question after the other: they share a connection, and by ssh each of its own would have to be let in. */
async function observeHost(engine: Engine, hostname: string, info: EngineInfo): Promise<ObservedHost> {
  const networks = await engine.networks();
  const containers = (await engine.containers({ status: PRESENT })).filter(isPresent);
  const manager = info.Swarm.ControlAvailable ? await observeSwarm(engine, hostname) : undefined;
  return { hostname, address: engine.connection.host, info, networks, containers, manager };
}

/** Seconds within which managers that are enough have elected a leader; before that none of them tells anything. */
const ELECTION_SECONDS = 30;

/** What a manager says that has no leader to ask, or one that is gone. */
const LEADERLESS = /does not have a leader|code = (Unavailable|DeadlineExceeded)/i;

async function observeSwarm(engine: Engine, hostname: string): Promise<ObservedHost["manager"]> {
  return waitFor(
    async () => {
      try {
        const swarm = await engine.swarm();
        const nodes = await engine.nodes();
        return done({ swarm, nodes, services: await engine.services() });
      } catch (error) {
        if (LEADERLESS.test(errorText(error))) return notYet("its Swarm has no leader");
        throw error;
      }
    },
    { what: `host ${hostname}`, limitSeconds: ELECTION_SECONDS },
    (because) =>
      new ResourceProblem(
        `host ${hostname}: ${because}: bring its managers back, or let it go on from one of them with \`npm run recover\``,
      ),
  );
}

/** A socket alone does not say so: Docker Desktop's leads into a virtual machine. */
function isThisMachine(connection: EngineConnection, info: EngineInfo): boolean {
  return process.platform === "linux" && socketPath(connection) !== undefined && info.Name === thisHostname();
}

function byKey<T extends { key: string }, V>(found: readonly T[], value: (each: T) => V | undefined) {
  const entries = found.flatMap((each) => {
    const known = value(each);
    return known === undefined ? [] : [[each.key, known] as const];
  });
  return Object.fromEntries<V>(entries);
}
