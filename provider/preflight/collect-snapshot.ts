import { hostname as thisHostname } from "node:os";
import { socketPath } from "../../engine/connection.ts";
import { type EngineConnection, isSshConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import { isLeaderless } from "../../engine/errors.ts";
import { engineTimeout } from "../../engine/timeouts.ts";
import { ApiVersionError, EngineError } from "../../engine/transport.ts";
import type { ContainerSummary, EngineInfo } from "../../engine/types.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, waitFor } from "../runtime/poll.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { readLocalFacts } from "./facts/local.ts";
import type { ClockBounds, MachineFacts } from "./facts/machine.ts";
import { type HostSnapshot, type ClusterSnapshot, withConfigLabels } from "./snapshot.ts";
import { readRemoteFacts } from "./facts/remote.ts";

/** A host to inspect. */
export interface HostTarget {
  connection: EngineConnection;
  /** The hostname that the engine must report. @default - any */
  hostname?: string;
  /** The address at which the other hosts reach it. Undefined: not known. */
  privateAddress?: string;
  /** Its address for the traffic of networks. @default - `privateAddress` */
  dataPathAddress?: string;
}

export interface SnapshotOptions {
  /** Whether to list the volumes. @default false */
  volumes?: boolean;
  /** Folders of drives to inspect, by host key. @default - none */
  folders?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Inspects all hosts in parallel. An engine that does not answer may still have to be created: the Host resource waits
 * for it. A host with an engine that fails halfway counts as unreachable and is not checked.
 *
 * @throws ResourceError if no reachable manager sees a leader, ApiVersionError if an engine and this client have no API
 * version in common.
 */
export async function collectSnapshot(
  hosts: Record<string, HostTarget>,
  options: SnapshotOptions = {},
): Promise<Omit<ClusterSnapshot, "allowOutage">> {
  const found = await Promise.all(
    Object.entries(hosts).map(async ([key, { connection, hostname, privateAddress, dataPathAddress }]) => {
      const engine = new Engine(connection);
      const folders = options.folders?.[key] ?? [];
      const [inspection, remote] = await Promise.all([
        inspectEngine(engine).catch(errorMessageUnlessUnsupported),
        isSshConnection(connection)
          ? readRemoteFacts(connection, folders).catch((error: unknown) => errorMessage(error))
          : undefined,
      ]);
      const info = typeof inspection === "string" ? undefined : inspection.info;
      const [{ host, reason, leaderless }, facts] = await Promise.all([
        typeof inspection === "string"
          ? uninspected(inspection)
          : inspectHost(engine, { key, hostname }, inspection, options),
        info && isThisMachine(connection, info) ? readLocalFacts(folders) : remote,
      ]);
      const machine = typeof facts === "string" ? undefined : facts;
      const factsError = typeof facts === "string" && host ? facts : undefined;
      return { key, host, reason, leaderless, machine, factsError, privateAddress, dataPathAddress };
    }),
  );
  const { leaderless } = found.find((one) => one.leaderless) ?? {};
  // One manager without a leader must not block the change that may reconnect it.
  if (leaderless && !found.some(({ host }) => host?.manager)) throw leaderless;
  return {
    hosts: withConfigLabels(byKey(found, ({ host }) => host)),
    machines: byKey<(typeof found)[number], MachineFacts>(found, ({ machine }) => machine),
    factsErrors: byKey(found, ({ factsError }) => factsError),
    addresses: byKey(found, ({ privateAddress }) => privateAddress),
    dataPathAddresses: byKey(found, ({ dataPathAddress }) => dataPathAddress),
    unreachableReasons: byKey(found, ({ reason }) => reason),
    unreachable: found.filter(({ host }) => host === undefined).map(({ key }) => key),
  };
}

/** Container states with open ports. Docker opens them before the container runs. */
const PRESENT = ["created", "restarting", "running", "paused"];

/** A created container of a task is about to start. Any other may never be started. */
function holdsPorts({ State, Labels }: ContainerSummary): boolean {
  return State !== "created" || "com.docker.swarm.task.id" in Labels;
}

/** The snapshot of a host, or the reason why it could not be inspected. */
interface HostInspection {
  host?: HostSnapshot;
  reason?: string;
  /** Set if it is a manager without a leader. */
  leaderless?: ResourceError;
}

function errorMessageUnlessUnsupported(error: unknown): string {
  if (error instanceof ApiVersionError) throw error;
  return errorMessage(error);
}

/** Facts of an engine. The faster the request, the tighter the bounds of its clock. */
interface EngineAnswer {
  info: EngineInfo;
  clock?: ClockBounds;
}

async function inspectEngine(engine: Engine): Promise<EngineAnswer> {
  const sentAt = Date.now();
  const info = await engine.info(engineTimeout(engine.connection));
  const time = Date.parse(info.SystemTime ?? "");
  return { info, clock: Number.isNaN(time) ? undefined : { least: time - Date.now(), most: time - sentAt } };
}

function uninspected(reason: string): HostInspection {
  return { reason };
}

/** Sends one request at a time, because each parallel one would open another ssh connection. */
async function inspectHost(
  engine: Engine,
  { key, hostname }: Pick<HostTarget, "hostname"> & { key: string },
  { info, clock }: EngineAnswer,
  options: SnapshotOptions,
): Promise<HostInspection> {
  try {
    const inspected = await retryDuringElection(key, async () => ({
      networks: await engine.listNetworks(),
      containers: (await engine.listContainers({ status: PRESENT })).filter(holdsPorts),
      volumes: options.volumes ? await engine.listVolumes() : undefined,
    }));
    const manager = info.Swarm.ControlAvailable ? await inspectSwarm(engine, key) : undefined;
    return { host: { hostname, address: engine.connection.host, info, clock, ...inspected, manager } };
  } catch (error) {
    const leaderless = error instanceof LeaderlessError ? error : undefined;
    return { ...uninspected(`its engine answers, but a request failed: ${errorMessage(error)}`), leaderless };
  }
}

/** How long managers may take to elect a leader, in seconds. Until then they list nothing. */
const ELECTION_SECONDS = 30;

class LeaderlessError extends ResourceError {}

function inspectSwarm(engine: Engine, key: string): Promise<HostSnapshot["manager"]> {
  let isWithoutLeader = false;
  return retryDuringElection(
    key,
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
            `host ${key}: ${because}: bring its managers back, or recover it from one of them with \`npm run recover\``,
          )
        : new ResourceError(because),
  );
}

/** Repeats the requests until they succeed, for as long as a leader election may take. */
function retryDuringElection<T>(
  key: string,
  attempt: () => Promise<T>,
  expired = (because: string) => new ResourceError(because),
): Promise<T> {
  return waitFor(
    async () => ready(await attempt()),
    { subject: `host ${key}`, timeoutSeconds: ELECTION_SECONDS },
    expired,
  );
}

/** Compares the name too, because Docker Desktop's socket leads into a virtual machine. */
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
