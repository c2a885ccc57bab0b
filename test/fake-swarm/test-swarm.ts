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

/** A Swarm in memory as handlers are told of it. */
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

  /** A client of the engine of that number, from 1. */
  engine(number: number): Engine {
    return new Engine(this.fake.engine(number).connection);
  }

  /** What the Service resource is told of a service with a task on each host. */
  service(spec: ServiceSpec, more: Partial<ServiceInputs> = {}): ServiceInputs {
    const { fake, address, nodes } = this;
    const tasks = "Global" in spec.Mode ? fake.engines.length : spec.Mode.Replicated.Replicas;
    const settled = { restartTogether: [], immutable: {}, timeoutSeconds: 60 };
    return { ...address, ...settled, owner: OWNER, nodes, spec, tasks, ...more };
  }

  /** Makes a service, and waits until it runs. */
  async run(spec: ServiceSpec): Promise<string> {
    const id = this.swarm.services.create(spec);
    await advance(3);
    return id;
  }

  /** The tasks that are to run, by host: `b running`. */
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

  /** How many tasks were ever made, of those that are still known. */
  get tasks(): TaskDetails[] {
    return [...this.swarm.services.tasks.all.values()];
  }
}

/** A global service of that image. */
export const specOf = (Image: string, more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  ...{ Name: "store", Mode: { Global: {} }, TaskTemplate: { ContainerSpec: { Image } } },
  ...more,
});

/** Gives each test of a file a scene of its own, in fake time, and the lines that are printed. */
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
