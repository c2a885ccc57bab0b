import type { Engine } from "../../engine/engine.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { MaintenanceCheck } from "../../provider/service/maintenance-check.ts";
import { type PollResult, ready, pending } from "../../provider/runtime/poll.ts";
import type { RecordedService } from "../lib/recorded-stack.ts";

/** The stores of a Swarm, as their own maintenance check sees them: it says whether one member may go. */
export class StoreHealthGate {
  readonly #services: readonly RecordedService[];
  readonly #checks: Map<string, MaintenanceCheck>;

  constructor(services: readonly RecordedService[]) {
    this.#services = services;
    this.#checks = new Map(
      services.flatMap(({ id, maintenanceCommand, nodes, minReadySeconds }) =>
        maintenanceCommand ? [[id, new MaintenanceCheck(maintenanceCommand, nodes, minReadySeconds)]] : [],
      ),
    );
  }

  /** The services with members on a node that their store cannot do without, whatever state it is in. */
  servicesWithOutage(tasks: readonly TaskDetails[], nodeId: string): string[] {
    const here = new Set(
      tasks.filter((task) => isRunning(task) && task.NodeID === nodeId).map((task) => task.ServiceID),
    );
    return this.#services.filter(({ id }) => here.has(id) && !this.#checks.has(id)).map(({ name }) => name);
  }

  /** Done when every member of every store that can spare one says that one may go; so it does when all is well. */
  async canDisrupt(manager: Engine, limitMs: number): Promise<PollResult<void>> {
    for (const { id, name, tasks } of this.#services.filter((service) => this.#checks.has(service.id))) {
      const running = (await manager.listTasks({ service: [id] })).filter(isRunning);
      if (running.length < tasks) return pending(`${name}: ${running.length} of ${tasks} members run`);
      const answer = await this.#checks.get(id)!.canDisrupt(running, limitMs);
      if (!answer.done) return pending(`${name}: ${answer.reason}`);
    }
    return ready(undefined);
  }
}

export function isRunning({ Status, DesiredState }: TaskDetails): boolean {
  return Status.State === "running" && DesiredState === "running";
}
