import { Engine } from "../../engine/engine.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { findManager, type Managers } from "../../provider/swarm/manager-pool.ts";
import { downtimeProblem } from "../../provider/swarm/quorum.ts";
import { type PollOptions, type PollResult, ready, pending, waitFor } from "../../provider/runtime/poll.ts";
import { errorMessage } from "../../engine/error-message.ts";
import type { RecordedMember, RecordedService, RecordedSwarm } from "../lib/recorded-stack.ts";
import { PREVIOUS_AVAILABILITY_LABEL, restoreAvailability, drainNode } from "./availability.ts";
import { inspectPackage, fetchPackages, installPackages, inspectHostEngine } from "./machine.ts";
import { matchesVersion } from "./package.ts";
import { managerWarning, planUpgrade, type UpgradeStep } from "./plan.ts";
import { isRunning, StoreHealthGate } from "./store-health-gate.ts";

export interface UpgradeOptions {
  /** The engine's version, or the package's own. @default the newest that each host's package manager would install */
  to?: string;
  /** Key of the only host to upgrade. @default - all of them */
  host?: string;
  /** Whether to continue if a store cannot do without a host. @default false */
  allowOutage?: boolean;
  /** How long a store may take to allow a host to stop, or to become healthy again, in seconds. @default 600 */
  timeoutSeconds?: number;
  /** Stops the upgrade before the next host. */
  signal?: AbortSignal;
  /** Receives progress lines. */
  report: (line: string) => void;
}

/** How long an engine may take to answer after its start, in seconds. */
const START_SECONDS = 120;

/** Upgrades the engines of a Swarm's hosts, one after another, while its stores stay available. */
export class Upgrade {
  readonly #swarm: RecordedSwarm;
  readonly #options: UpgradeOptions;
  readonly #gate: StoreHealthGate;
  readonly #managers: Managers;

  constructor(swarm: RecordedSwarm, services: readonly RecordedService[], options: UpgradeOptions) {
    this.#swarm = swarm;
    this.#options = options;
    this.#gate = new StoreHealthGate(services.filter(({ swarmId }) => swarmId === swarm.swarmId));
    const managers = swarm.members.filter(({ role }) => role === "manager");
    this.#managers = Object.fromEntries(managers.map(({ key, connection }) => [key, connection]));
  }

  /**
   * Returns the steps in their order. Changes nothing but the hosts' package lists.
   *
   * @throws with all problems
   */
  async plan(): Promise<UpgradeStep[]> {
    const { host, to, allowOutage } = this.#options;
    const members = this.#swarm.members.filter(({ key }) => host === undefined || key === host);
    const manager = await this.#manager();
    const [nodes, tasks, found] = await Promise.all([
      manager.listNodes(),
      manager.listTasks(),
      Promise.all(members.map(inspectHostEngine)),
    ]);
    const nodeOf = (key: string) => nodes.find(({ ID }) => ID === this.#member(key).nodeId);
    const steps = planUpgrade(
      found.map((one) => ({ ...one, node: nodeOf(one.key) })),
      to,
    );
    const outages = steps
      .filter(({ action }) => action !== "none")
      .flatMap(({ key, nodeId }) => this.#gate.servicesWithOutage(tasks, nodeId).map((name) => ({ key, name })));
    if (outages.length > 0 && !allowOutage) throw new Error(outages.map(outageProblem).join("\n"));
    return steps;
  }

  /** Restores nodes that a killed run left drained. Returns whether there were any. */
  async resume(): Promise<boolean> {
    const manager = await this.#manager();
    const left = (await manager.listNodes()).filter(
      ({ Spec }) => Spec.Labels?.[PREVIOUS_AVAILABILITY_LABEL] !== undefined,
    );
    const members = this.#swarm.members.filter(({ nodeId }) => left.some(({ ID }) => ID === nodeId));
    for (const member of members) {
      this.#options.report(`host ${member.key}: an earlier run left its node drained: restoring it`);
      await restoreAvailability(manager, member.nodeId);
      await this.#waitUntilHealthy(member);
    }
    return members.length > 0;
  }

  /** Executes the step of one host. */
  async execute(step: UpgradeStep): Promise<void> {
    const member = this.#member(step.key);
    const { nodeId } = member;
    await fetchPackages(member.connection, step);
    const manager = await this.#waitUntilDisruptable(step);
    const served = globalServicesOn(await manager.listTasks(), nodeId);
    const failure = await this.#replaceEngine(manager, member, step).then(() => undefined, errorMessage);
    const back = this.#retry(`host ${step.key}`, START_SECONDS, async () =>
      restoreAvailability(await this.#manager(), nodeId),
    );
    const notBack = await back.then(() => undefined, errorMessage);
    const problems = [failure, notBack].filter((problem) => problem !== undefined);
    if (problems.length > 0) throw new Error(`host "${step.key}": ${problems.join("; ")}`);
    await this.#waitUntilHealthy(member, served);
  }

  async #replaceEngine(manager: Engine, member: RecordedMember, step: UpgradeStep): Promise<void> {
    await drainNode(manager, member.nodeId);
    await installPackages(member.connection, step);
    await this.#waitForNewEngine(member, step);
  }

  /** Returns a warning to show before the first host. */
  async warning(): Promise<string | undefined> {
    return managerWarning(await (await this.#manager()).listNodes());
  }

  #waitUntilDisruptable({ key, nodeId }: UpgradeStep): Promise<Engine> {
    const attempt = async () => {
      const manager = await this.#manager();
      const problem = downtimeProblem(await manager.listNodes(), nodeId);
      if (problem) return pending(problem);
      const state = await this.#gate.canDisrupt(manager, this.#limit * 1000);
      return state.done ? ready(manager) : state;
    };
    return this.#wait(`host ${key}`, attempt, { signal: this.#options.signal });
  }

  /** Waits until the installed engine is running. */
  async #waitForNewEngine({ key, connection }: RecordedMember, { to }: UpgradeStep): Promise<void> {
    const engine = new Engine(connection);
    await this.#retry(`host ${key}`, START_SECONDS, async () => {
      const { ServerVersion, Swarm } = await engine.info();
      if (!matchesVersion(to, ServerVersion)) throw new Error(`its engine is ${ServerVersion} instead of ${to}`);
      if (Swarm.LocalNodeState === "locked") await this.#unlock(engine);
    });
    const now = await inspectPackage(connection);
    if (now?.version === to && !now.needsRestart) return;
    throw new Error(
      `its package is ${now?.version ?? "gone"}${now?.needsRestart ? ", and the previous one is still running" : ""}`,
    );
  }

  async #unlock(engine: Engine): Promise<void> {
    const { unlockKey } = this.#swarm;
    if (unlockKey === "") throw new Error("it is locked, and the stack has no key: run `docker swarm unlock` there");
    await engine.unlockSwarm(unlockKey);
  }

  /** Waits until the node is ready, its previous services run again, and the stores are healthy. */
  async #waitUntilHealthy({ key, nodeId }: RecordedMember, served: readonly string[] = []): Promise<void> {
    await this.#wait(`host ${key}`, async () => {
      const manager = await this.#manager();
      const { Status, Spec, ManagerStatus } = await manager.inspectNode(nodeId);
      if (Status.State !== "ready") return pending(`its node is ${Status.State}`);
      if (Spec.Role === "manager" && ManagerStatus?.Reachability !== "reachable") {
        return pending("the other managers do not reach it");
      }
      const running = globalServicesOn(await manager.listTasks(), nodeId);
      const missing = served.filter((id) => !running.includes(id));
      if (missing.length > 0) return pending(`${missing.length} of its ${served.length} services do not run yet`);
      return this.#gate.canDisrupt(manager, this.#limit * 1000);
    });
  }

  get #limit(): number {
    return this.#options.timeoutSeconds ?? 600;
  }

  #member(key: string): RecordedMember {
    return this.#swarm.members.find((member) => member.key === key)!;
  }

  async #manager(): Promise<Engine> {
    const { swarmId } = this.#swarm;
    const manager = await findManager(this.#managers, swarmId);
    if (manager) return manager;
    throw new Error(`no host is a manager of the Swarm ${swarmId}: bring one back, or see \`npm run recover\``);
  }

  /** Waits for a condition. Errors count as pending, because an engine may be restarting. */
  #wait<T>(subject: string, attempt: () => Promise<PollResult<T>>, options: Partial<PollOptions> = {}): Promise<T> {
    const { report } = this.#options;
    const { timeoutSeconds = this.#limit } = options;
    return waitFor(
      attempt,
      { subject, isRetryable: () => true, report, ...options, timeoutSeconds },
      (reason) => new Error(`${subject}: not within ${timeoutSeconds} s: ${reason}`),
    );
  }

  #retry(what: string, timeoutSeconds: number, work: () => Promise<void>): Promise<void> {
    return this.#wait(what, async () => ready(await work()), { timeoutSeconds });
  }
}

/** Returns the global services on a node, which must run there again. Other tasks may move to another node. */
function globalServicesOn(tasks: readonly TaskDetails[], nodeId: string): string[] {
  // A task of a global service has no slot.
  const own = tasks.filter((task) => isRunning(task) && task.NodeID === nodeId && !task.Slot);
  return [...new Set(own.map(({ ServiceID }) => ServiceID))].toSorted();
}

function outageProblem({ key, name }: { key: string; name: string }): string {
  return `host "${key}": service ${name} would be down without it: add --allow-outage to continue anyway`;
}
