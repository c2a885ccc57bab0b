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
  /** The engine's version, or the package's own. @default the newest that each host's package manager would take */
  to?: string;
  /** Key of the only host to upgrade. @default - all of them */
  host?: string;
  /** Whether a store may be away while a host is that it cannot do without. @default false */
  allowOutage?: boolean;
  /** How long a store may take until it lets a host go, or is whole again, in seconds. @default 600 */
  timeoutSeconds?: number;
  /** Ends the work before the next host. */
  signal?: AbortSignal;
  /** Where progress goes. */
  report: (line: string) => void;
}

/** How long an engine may take to answer after it was started, in seconds. */
const START_SECONDS = 120;

/** Brings the engines of a Swarm's hosts to another version, one after another, while its stores go on. */
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
   * What is to be done, in its order. Nothing is changed for it but the hosts' lists of packages.
   *
   * @throws with everything that is in the way.
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

  /** Puts back what a run that was killed has left out of service, and tells whether there was any. */
  async resume(): Promise<boolean> {
    const manager = await this.#manager();
    const left = (await manager.listNodes()).filter(
      ({ Spec }) => Spec.Labels?.[PREVIOUS_AVAILABILITY_LABEL] !== undefined,
    );
    const members = this.#swarm.members.filter(({ nodeId }) => left.some(({ ID }) => ID === nodeId));
    for (const member of members) {
      this.#options.report(`host ${member.key}: an earlier run left it out of service: it is put back`);
      await restoreAvailability(manager, member.nodeId);
      await this.#waitUntilHealthy(member);
    }
    return members.length > 0;
  }

  /** Does what was planned for one host. */
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

  /** What to know before the first host's turn. */
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

  /** Waits until the engine that answers is the one that was installed. */
  async #waitForNewEngine({ key, connection }: RecordedMember, { to }: UpgradeStep): Promise<void> {
    const engine = new Engine(connection);
    await this.#retry(`host ${key}`, START_SECONDS, async () => {
      const { ServerVersion, Swarm } = await engine.info();
      if (!matchesVersion(to, ServerVersion)) throw new Error(`its engine is ${ServerVersion}, and not of ${to}`);
      if (Swarm.LocalNodeState === "locked") await this.#unlock(engine);
    });
    const now = await inspectPackage(connection);
    if (now?.version === to && !now.needsRestart) return;
    throw new Error(
      `its package is ${now?.version ?? "gone"}${now?.needsRestart ? ", and what runs is of a former one" : ""}`,
    );
  }

  async #unlock(engine: Engine): Promise<void> {
    const { unlockKey } = this.#swarm;
    if (unlockKey === "") throw new Error("it is locked, and the stack has no key: run `docker swarm unlock` there");
    await engine.unlockSwarm(unlockKey);
  }

  /** Waits until the Swarm has a host again, with the services that it served, and the stores are whole. */
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

  /** Waits for something; what an engine that is just being restarted does not answer is no failure. */
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

/** Services that a node has to have again: not those whose tasks may run anywhere. */
function globalServicesOn(tasks: readonly TaskDetails[], nodeId: string): string[] {
  // A task of a global service has no slot.
  const own = tasks.filter((task) => isRunning(task) && task.NodeID === nodeId && !task.Slot);
  return [...new Set(own.map(({ ServiceID }) => ServiceID))].toSorted();
}

function outageProblem({ key, name }: { key: string; name: string }): string {
  return `host "${key}": service ${name} cannot go on without it; --allow-outage has it away for that time`;
}
