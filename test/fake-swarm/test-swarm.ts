import { afterEach, beforeEach, vi } from "vitest";
import { Engine } from "../../engine/engine.ts";
import type { ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { type FindManager, managerFinder } from "../../provider/swarm/with-manager.ts";
import type { Managers } from "../../provider/swarm/manager-pool.ts";
import type { NodeEngines } from "../../provider/service/task-exec.ts";
import type { ServiceInputs } from "../../provider/service/service-inputs.ts";
import { FakeEngines } from "./fake-engines.ts";
import type { FakeSwarm } from "./swarm.ts";
import { isDesiredRunning } from "./tasks.ts";
import { useFakeTime, advance } from "./time.ts";

export const OWNER = { id: "owner", project: "p", stack: "dev", name: "store" };

/** An in-memory Swarm, with inputs for handlers. */
export class TestSwarm {
  readonly fake: FakeEngines;
  readonly swarm: FakeSwarm;
  readonly managers: Managers;
  readonly nodes: NodeEngines;
  readonly find: FindManager;

  static async start(hosts: number, options: { managers?: number } = {}): Promise<TestSwarm> {
    const fake = await FakeEngines.start(hosts);
    return new TestSwarm(fake, fake.formSwarm(options));
  }

  private constructor(fake: FakeEngines, swarm: FakeSwarm) {
    this.fake = fake;
    this.swarm = swarm;
    const managers = fake.engines.filter(({ isManager }) => isManager);
    this.managers = Object.fromEntries(managers.map(({ hostname, connection }) => [hostname, connection]));
    this.nodes = Object.fromEntries(
      fake.engines.map(({ hostname, nodeId, connection }) => [hostname, { nodeId, connection }]),
    );
    this.find = managerFinder(this.address);
  }

  get address() {
    return { managers: this.managers, swarmId: this.swarm.id };
  }

  /** Returns a client for an engine by its number, from 1. */
  engine(number: number): Engine {
    return new Engine(this.fake.engine(number).connection);
  }

  /** Returns inputs of the Service resource, by default with a task on each host. */
  service(spec: ServiceSpec, more: Partial<ServiceInputs> = {}): ServiceInputs {
    const { fake, address, nodes } = this;
    const tasks = "Global" in spec.Mode ? fake.engines.length : spec.Mode.Replicated.Replicas;
    const settled = { restartTogether: [], immutable: {}, timeoutSeconds: 60 };
    return { ...address, ...settled, owner: OWNER, nodes, spec, tasks, ...more };
  }

  /** Creates a service and waits until it runs. */
  async run(spec: ServiceSpec): Promise<string> {
    const id = this.swarm.services.create(spec);
    await advance(3);
    return id;
  }

  /** Image and state of the tasks that should run, by host: `b running`. */
  taskStates(): Record<string, string> {
    const { nodes, services } = this.swarm;
    const name = ({ NodeID = "" }: TaskDetails) => nodes.get(NodeID)?.Description.Hostname ?? "nowhere";
    const tasks = [...services.tasks.all.values()]
      .filter(isDesiredRunning)
      .toSorted((a, b) => name(a).localeCompare(name(b)));
    return Object.fromEntries(
      tasks.map((task) => [name(task), `${task.Spec.ContainerSpec.Image} ${task.Status.State}`]),
    );
  }

  /** All tasks, including the history that Swarm keeps. */
  get tasks(): TaskDetails[] {
    return [...this.swarm.services.tasks.all.values()];
  }
}

/** Returns the spec of a global service. */
export const specOf = (Image: string, more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  ...{ Name: "store", Mode: { Global: {} }, TaskTemplate: { ContainerSpec: { Image } } },
  ...more,
});

/** Sets up fake time for each test of a file. Tests start their own Swarms and read the logged lines. */
export function withFakeTime(): { start: typeof TestSwarm.start; said: () => string } {
  let started: TestSwarm[] = [];
  let log: string[] = [];
  beforeEach(() => {
    useFakeTime();
    log = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => void log.push(line));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(started.map(({ fake }) => fake.stop()));
    started = [];
    vi.useRealTimers();
  });
  const start = async (hosts: number, options?: { managers?: number }) => {
    const scene = await TestSwarm.start(hosts, options);
    started.push(scene);
    return scene;
  };
  return { start, said: () => log.join("\n") };
}
