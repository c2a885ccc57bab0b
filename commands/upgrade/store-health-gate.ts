import type { Engine } from "../../engine/engine.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { MaintenanceCheck } from "../../provider/service/maintenance-check.ts";
import { type PollResult, ready, pending } from "../../provider/runtime/poll.ts";
import type { RecordedService } from "../lib/recorded-stack.ts";

/** Checks with the stores' own maintenance commands whether one of their members may stop. */
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

  /** Returns the services with members on a node that can never stop without an outage. */
  servicesWithOutage(tasks: readonly TaskDetails[], nodeId: string): string[] {
    const here = new Set(
      tasks.filter((task) => isRunning(task) && task.NodeID === nodeId).map((task) => task.ServiceID),
    );
    return this.#services.filter(({ id }) => here.has(id) && !this.#checks.has(id)).map(({ name }) => name);
  }

  /** Returns ready when all members report that one may stop, for every store that tolerates the loss of a member. */
  async canDisrupt(manager: Engine, limitMs: number): Promise<PollResult<void>> {
    for (const { id, name, tasks } of this.#services.filter((service) => this.#checks.has(service.id))) {
      const running = (await manager.listTasks({ service: [id] })).filter(isRunning);
      if (running.length < tasks) return pending(`${name}: ${running.length} of ${tasks} members run`);
      const result = await this.#checks.get(id)!.canDisrupt(running, limitMs);
      if (!result.done) return pending(`${name}: ${result.reason}`);
    }
    return ready(undefined);
  }
}

export function isRunning({ Status, DesiredState }: TaskDetails): boolean {
  return Status.State === "running" && DesiredState === "running";
}
