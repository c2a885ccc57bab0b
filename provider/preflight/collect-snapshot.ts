import { hostname as thisHostname } from "node:os";
import { socketPath } from "../../engine/connection.ts";
import { type EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import { isLeaderless } from "../../engine/errors.ts";
import { engineTimeout } from "../../engine/timeouts.ts";
import { isSshConnection } from "../../engine/ssh-shell.ts";
import { ApiVersionError, EngineError } from "../../engine/transport.ts";
import type { ContainerSummary, EngineInfo } from "../../engine/types.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, waitFor } from "../runtime/poll.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { readLocalFacts } from "./facts/local.ts";
import type { MachineFacts } from "./facts/machine.ts";
import { type HostSnapshot, type ClusterSnapshot, withConfigLabels } from "./snapshot.ts";
import { readRemoteFacts } from "./facts/remote.ts";

/** A host as the program knows it. */
export interface HostTarget {
  connection: EngineConnection;
  hostname: string;
  /** The address by which the other hosts reach it. Absent: not known. */
  privateAddress?: string;
}

/**
 * Looks at every host at once. An engine that does not answer may be still to be made: the Host resource is what waits
 * for it, and fails when it stays away. One that answers and then fails counts as one that does not: its host is not
 * checked, and the others are.
 *
 * @throws ResourceProblem when every manager that answers sees no leader, ApiVersionError when an engine and this client
 * have no version of the API in common.
 */
export async function collectSnapshot(
  hosts: Record<string, HostTarget>,
  options: { volumes?: boolean } = {},
): Promise<Omit<ClusterSnapshot, "allowOutage">> {
  const found = await Promise.all(
    Object.entries(hosts).map(async ([key, { connection, hostname, privateAddress }]) => {
      const engine = new Engine(connection);
      const [answer, remote] = await Promise.all([
        engine.info(engineTimeout(connection)).catch(unlessUnfit),
        isSshConnection(connection)
          ? readRemoteFacts(connection).catch((error: unknown) => errorMessage(error))
          : undefined,
      ]);
      const info = typeof answer === "string" ? undefined : answer;
      const [{ host, reason, leaderless }, facts] = await Promise.all([
        typeof answer === "string" ? unseen(answer) : inspectHost(engine, hostname, answer, options),
        info && isThisMachine(connection, info) ? readLocalFacts() : remote,
      ]);
      const machine = typeof facts === "string" ? undefined : facts;
      const unasked = typeof facts === "string" && host ? facts : undefined;
      return { key, host, reason, leaderless, machine, unasked, privateAddress };
    }),
  );
  const { leaderless } = found.find((one) => one.leaderless) ?? {};
  // A manager that is cut off from the others must not stop the change that may bring it back.
  if (leaderless && !found.some(({ host }) => host?.manager)) throw leaderless;
  return {
    hosts: withConfigLabels(byKey(found, ({ host }) => host)),
    machines: byKey<(typeof found)[number], MachineFacts>(found, ({ machine }) => machine),
    factsErrors: byKey(found, ({ unasked }) => unasked),
    addresses: byKey(found, ({ privateAddress }) => privateAddress),
    unreachableReasons: byKey(found, ({ reason }) => reason),
    unreachable: found.filter(({ host }) => host === undefined).map(({ key }) => key),
  };
}

/** Docker opens a container's ports before the container runs. */
const PRESENT = ["created", "restarting", "running", "paused"];

/** Of those that do not run yet, a task's is just starting; another one may never be started. */
function holdsPorts({ State, Labels }: ContainerSummary): boolean {
  return State !== "created" || "com.docker.swarm.task.id" in Labels;
}

/** What was seen of a host whose engine has said who it is, or why it could not be looked at. */
interface HostInspection {
  host?: HostSnapshot;
  reason?: string;
  /** Set when it is a manager that sees no leader. */
  leaderless?: ResourceError;
}

function unlessUnfit(error: unknown): string {
  if (error instanceof ApiVersionError) throw error;
  return errorMessage(error);
}

function unseen(reason: string): HostInspection {
  return { reason };
}

/** One question after the other: they share a connection, and by ssh each of its own would have to be let in. */
async function inspectHost(
  engine: Engine,
  hostname: string,
  info: EngineInfo,
  options: { volumes?: boolean },
): Promise<HostInspection> {
  try {
    const seen = await retryDuringElection(hostname, async () => ({
      networks: await engine.listNetworks(),
      containers: (await engine.listContainers({ status: PRESENT })).filter(holdsPorts),
      volumes: options.volumes ? await engine.listVolumes() : undefined,
    }));
    const manager = info.Swarm.ControlAvailable ? await inspectSwarm(engine, hostname) : undefined;
    return { host: { hostname, address: engine.connection.host, info, ...seen, manager } };
  } catch (error) {
    const leaderless = error instanceof LeaderlessError ? error : undefined;
    return { ...unseen(`its engine answers, but not every question: ${errorMessage(error)}`), leaderless };
  }
}

/** Seconds within which managers that are enough have elected a leader; before that none of them tells anything. */
const ELECTION_SECONDS = 30;

class LeaderlessError extends ResourceError {}

function inspectSwarm(engine: Engine, hostname: string): Promise<HostSnapshot["manager"]> {
  let isWithoutLeader = false;
  return retryDuringElection(
    hostname,
    async () => {
      try {
        return {
          swarm: await engine.inspectSwarm(),
          nodes: await engine.listNodes(),
          services: await engine.listServices(),
        };
      } catch (error) {
        isWithoutLeader = isLeaderless(error);
        throw isWithoutLeader ? new EngineError(503, "its Swarm has no leader") : error;
      }
    },
    (because) =>
      isWithoutLeader
        ? new LeaderlessError(
            `host ${hostname}: ${because}: bring its managers back, or let it go on from one of them with \`npm run recover\``,
          )
        : new ResourceError(because),
  );
}

/** Looks until the engine answers; what is transient passes within the time of an election. */
function retryDuringElection<T>(
  hostname: string,
  look: () => Promise<T>,
  expired = (because: string) => new ResourceError(because),
): Promise<T> {
  return waitFor(
    async () => ready(await look()),
    { subject: `host ${hostname}`, timeoutSeconds: ELECTION_SECONDS },
    expired,
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
