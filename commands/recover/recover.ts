import { Engine } from "../../engine/engine.ts";
import { isPortTaken } from "../../engine/errors.ts";
import { EngineError } from "../../engine/transport.ts";
import { swarmAddress } from "../../core/swarm-address.ts";
import type { NodeDetails, SwarmInfo } from "../../engine/types.ts";
import { pause } from "../../engine/pause.ts";
import { ready, waitFor } from "../../provider/runtime/poll.ts";
import { hasExpiredCertificate } from "../../provider/swarm/expired-certificate.ts";
import { hasForgottenNode, withoutNode } from "../backup/machine.ts";
import type { RecordedMember, RecordedSwarm } from "../lib/recorded-stack.ts";

/** How long an engine may take to answer, in milliseconds; without a quorum it is slow. */
const ENGINE_TIMEOUT_MS = 30_000;
/** How long a leader may still consider itself the leader after the quorum is lost, in milliseconds. */
const LEADER_TIMEOUT_MS = 30_000;
/** How long an engine may take to manage the Swarm alone, in milliseconds. */
const RECOVERY_TIMEOUT_MS = 60_000;

/** The result of a recovery. */
export interface Recovery {
  /** Members that have to join again. */
  removed: RecordedMember[];
  /** The unreachable ones among them, which still have the state of the lost Swarm. */
  unreachable: RecordedMember[];
}

/**
 * Recovers a Swarm that has lost its quorum, with one of its managers alone. Services, networks, secrets and workers stay.
 * The other managers are removed, and join again with the next `up`; so are workers with an expired certificate.
 *
 * @throws before any change, if there is nothing to recover or the chosen host cannot do it
 */
export async function recoverSwarm(swarm: RecordedSwarm, hostKey: string): Promise<Recovery> {
  const chosen = findRecordedManager(swarm, hostKey);
  const found = await inspectMembers(swarm);
  const info = found.get(chosen);
  // A killed run leaves it inactive.
  const isForgotten = info?.LocalNodeState === "inactive" && (await hasForgottenNode(chosen.connection));
  const isExpired = isForgotten || (info !== undefined && hasExpiredCertificate(info));
  const problem = preconditionError(swarm, chosen, found, isExpired);
  if (problem) throw new Error(`host "${hostKey}": ${problem}`);
  if (!isExpired) return forceNewCluster(swarm, chosen, found);
  const workers = await inspectEach(swarm.members.filter(({ role }) => role === "worker"));
  return withoutNode(chosen.connection, () => forceNewCluster(swarm, chosen, new Map([...found, ...workers])));
}

/** Returns the manager with that key. */
export function findRecordedManager({ members }: RecordedSwarm, hostKey: string): RecordedMember {
  const managers = members.filter(({ role }) => role === "manager");
  const chosen = managers.find(({ key }) => key === hostKey);
  if (!chosen) throw new Error(`host "${hostKey}": is not a manager; choose one of ${keysOf(managers)}`);
  return chosen;
}

/** Continues with one manager and its state, without the others: `docker swarm init --force-new-cluster`. */
export async function forceNewCluster(
  { members }: RecordedSwarm,
  chosen: RecordedMember,
  found: ReadonlyMap<RecordedMember, SwarmInfo>,
): Promise<Recovery> {
  const engine = new Engine(chosen.connection);
  await initForceNewCluster(engine, chosen).catch((error: unknown) => {
    throw isLocking(error) ? lockingProblem(chosen) : error;
  });
  const nodes = await waitUntilManaging(engine);
  const { NodeID } = (await engine.info()).Swarm;
  const removed = members.filter((member) => {
    const info = found.get(member);
    return member !== chosen && (member.role === "manager" || (info && hasExpiredCertificate(info)));
  });
  for (const member of removed) {
    const state = found.get(member)?.LocalNodeState ?? "inactive";
    if (state !== "inactive") await new Engine(member.connection).leaveSwarm(true);
  }
  const isRemoved = ({ ID, Spec }: NodeDetails) =>
    ID !== NodeID && (Spec.Role === "manager" || removed.some(({ nodeId }) => nodeId === ID));
  for (const node of nodes.filter(isRemoved)) await engine.removeNode(node.ID, true);
  return { removed, unreachable: removed.filter((member) => !found.has(member)) };
}

/** The Engine replaces its Swarm node. The new one fails to start while the old one still listens, so try again. */
async function initForceNewCluster(engine: Engine, chosen: RecordedMember): Promise<string> {
  const { advertiseAddress: AdvertiseAddr, dataPathAddress: DataPathAddr } = chosen;
  const ListenAddr = swarmAddress(AdvertiseAddr);
  for (const end = Date.now() + RECOVERY_TIMEOUT_MS; ; await pause(500)) {
    try {
      return await engine.initSwarm({ ForceNewCluster: true, AdvertiseAddr, ListenAddr, DataPathAddr, Spec: {} });
    } catch (error) {
      if (!isPortTaken(error) || Date.now() > end) throw error;
    }
  }
}

/** Inspects the managers that answer. A former leader needs a moment to notice the loss of its quorum. */
export async function inspectMembers({
  swarmId,
  members,
}: RecordedSwarm): Promise<ReadonlyMap<RecordedMember, SwarmInfo>> {
  const managers = members.filter(({ role }) => role === "manager");
  for (const end = Date.now() + LEADER_TIMEOUT_MS; ; await pause(500)) {
    // The others may take as long to answer, so the last inspection must begin after that time.
    const isLast = Date.now() > end;
    const found = await inspectEach(managers);
    const leading = [...found.values()].filter(({ Cluster }) => Cluster?.ID === swarmId);
    if (!mayBeStale(leading, managers.length) || isLast) return found;
  }
}

/** Returns what the members that answer say. */
async function inspectEach(members: readonly RecordedMember[]): Promise<Map<RecordedMember, SwarmInfo>> {
  const found = new Map<RecordedMember, SwarmInfo>();
  await Promise.all(
    members.map(async (member) => {
      const info = await new Engine(member.connection).info(ENGINE_TIMEOUT_MS).catch(() => undefined);
      if (info) found.set(member, info.Swarm);
    }),
  );
  return found;
}

/**
 * Whether the managers that still report the Swarm are too few for a quorum: one of them is a leader that has yet to
 * notice.
 */
export function mayBeStale(leading: readonly Pick<SwarmInfo, "Managers">[], recorded: number): boolean {
  const managers = Math.max(...leading.map(({ Managers = recorded }) => Managers));
  return leading.length > 0 && leading.length <= managers / 2;
}

/** Returns why the Swarm cannot be recovered with the chosen manager; undefined if it can. */
export function preconditionError(
  { swarmId, unlockKey }: Pick<RecordedSwarm, "swarmId" | "unlockKey">,
  chosen: RecordedMember,
  found: ReadonlyMap<RecordedMember, SwarmInfo>,
  isExpired: boolean,
): string | undefined {
  // The Engine rejects it only after it has left the Swarm (observed with 20.10).
  if (unlockKey)
    return "its Swarm uses autolock, and Docker cannot recover such a Swarm: bring enough of its managers back";
  const [working] = [...found].find(([, { Cluster }]) => Cluster?.ID === swarmId) ?? [];
  if (working)
    return `the Swarm works, as host ${working.key} reports: there is nothing to recover; run \`npm run up\``;
  const info = found.get(chosen);
  const others = [...found].flatMap(([member, { ControlAvailable }]) => (ControlAvailable ? [member] : []));
  const choice = others.length > 0 ? `choose one of ${keysOf(others)}` : "no other manager answers either";
  if (!info) return `its engine at ${chosen.connection.host} does not answer; ${choice}`;
  if (info.LocalNodeState === "locked") return "is locked: run `docker swarm unlock` there first";
  // Managers with a valid certificate have the latest changes.
  if (isExpired) return others.length > 0 ? `its certificate has expired; ${choice}` : undefined;
  if (!info.ControlAvailable) return `is no longer a manager (${info.LocalNodeState}); ${choice}`;
  return undefined;
}

/**
 * Whether the error means that autolock was turned on by hand. Only the attempt shows this, because no manager answers.
 */
function isLocking(error: unknown): boolean {
  return error instanceof EngineError && error.message.includes("encrypted");
}

function lockingProblem({ key }: RecordedMember): Error {
  return new Error(
    `host "${key}": its Swarm uses autolock, and Docker cannot recover such a Swarm (moby/moby#36852). Its engine now ` +
      "reports that it is in no Swarm: restore it with `systemctl restart docker` and `docker swarm unlock` there, then " +
      "bring enough of the other managers back",
  );
}

async function waitUntilManaging(engine: Engine): Promise<NodeDetails[]> {
  return waitFor(
    async () => ready(await engine.listNodes()),
    { subject: "the Swarm", timeoutSeconds: RECOVERY_TIMEOUT_MS / 1000, isRetryable: () => true, report: () => {} },
    (reason) => new Error(`the Swarm still does not work: ${reason}`),
  );
}

function keysOf(members: readonly RecordedMember[]): string {
  return members.map(({ key }) => key).join(", ");
}
