import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host.ts";
import { SwarmResource } from "../provider/resource.ts";
import type { DemandInput } from "./demand.ts";
import { recordedIds, recordedUnlockKey } from "./recorded.ts";

export interface PreflightArgs {
  /** The hosts of the Swarm. */
  hosts: readonly Host[];
  /**
   * Whether a network in use may be made anew: what is attached is stopped, and started again on the new one.
   * @default false
   */
  allowOutage?: boolean;
}

/**
 * What only an engine knows is checked here, in the preview already, and once for a whole Swarm: everything else
 * depends on this resource, so that a wrong input is found before anything is touched.
 *
 * It is registered at once, but its demands are those of all components that the program makes in the same turn.
 */
export class Preflight extends SwarmResource {
  readonly #args: PreflightArgs;
  readonly #demands: DemandList;

  constructor(name: string, args: PreflightArgs, opts?: pulumi.CustomResourceOptions) {
    const demands = new DemandList();
    const hosts = Object.fromEntries(
      args.hosts.map(({ key, engine, hostname, privateAddress }) => [
        key,
        { connection: engine, hostname, privateAddress },
      ]),
    );
    const { allowOutage = false } = args;
    // In an `up`, what is checked are hosts that are there; in a preview they need not be.
    const ready = args.hosts.map((host) => host.ready);
    const props = {
      hosts,
      demands: demands.complete,
      allowOutage,
      recorded: recordedIds(),
      unlockable: recordedUnlockKey(),
      ready,
    };
    super("Preflight", name, props, opts);
    this.#args = args;
    this.#demands = demands;
  }

  /**
   * Has a demand checked, and gives back what to depend on: this resource, or one more of its kind for a component
   * that is made after a wait.
   */
  require(demand: DemandInput, parent: pulumi.ComponentResource, name: string): pulumi.Resource {
    if (this.#demands.add(demand)) return this;
    const late = new Preflight(`${name}-preflight`, this.#args, { parent, dependsOn: this });
    return late.require(demand, parent, name);
  }

  /** Is never made, nor is what depends on it: the program is wrong, and about to end. */
  withhold(): void {
    this.#demands.withhold();
  }
}

function isSameService(one: DemandInput, other: DemandInput): boolean {
  if (one.kind !== "service" || other.kind !== "service") return false;
  return one.name === other.name && one.owner.name === other.owner.name;
}

/** Demands, until the program's current turn is over. */
class DemandList {
  readonly #demands: DemandInput[] = [];
  #open = true;
  #withheld = false;

  readonly complete: Promise<DemandInput[]> = new Promise((resolve) => {
    setImmediate(() => {
      this.#open = false;
      if (!this.#withheld) resolve(this.#demands);
    });
  });

  /** Whether there was still time. */
  add(demand: DemandInput): boolean {
    // A component states more of its service than the service itself does, and first.
    const isStated = this.#demands.some((other) => isSameService(other, demand));
    if (this.#open && !isStated) this.#demands.push(demand);
    return this.#open;
  }

  withhold(): void {
    this.#withheld = true;
  }
}
