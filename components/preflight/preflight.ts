import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../hosts/host.ts";
import { SwarmResource } from "../shared/resource.ts";
import { LateRequirements } from "./late-requirements.ts";
import { recordedIds, recordedUnlockKey } from "./recorded-state.ts";
import { type RequirementInput, isSameService } from "./requirement-input.ts";

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
 * It is registered at once, but its demands are those of all components that the program makes in the same turn. Those
 * that come after an `await` are checked in the program itself, together with the earlier ones. They add no resource, so
 * that it makes no difference to the state on which side of an `await` a component is made.
 */
export class Preflight extends SwarmResource {
  readonly #demands: RequirementList;
  readonly #late: LateRequirements;

  constructor(name: string, args: PreflightArgs, opts?: pulumi.CustomResourceOptions) {
    const demands = new RequirementList();
    const hosts = Object.fromEntries(
      args.hosts.map(({ key, engine, hostname, privateAddress }) => [
        key,
        { connection: engine, hostname, privateAddress },
      ]),
    );
    const { allowOutage = false } = args;
    // In an `up`, what is checked are hosts that are there; in a preview they need not be.
    const ready = args.hosts.map((host) => host.ready);
    const found = { hosts, allowOutage, recorded: recordedIds(), unlockable: recordedUnlockKey(), ready };
    super("Preflight", name, { ...found, demands: demands.complete }, opts);
    this.#demands = demands;
    this.#late = new LateRequirements(demands.complete, found);
  }

  /** Has a demand checked, and gives back what to depend on: this resource, at the latest once a late demand passed. */
  require(demand: RequirementInput): pulumi.Input<pulumi.Resource> {
    return this.#demands.add(demand) ? this : this.#late.checked(demand).then(() => this);
  }

  /** Is never made, nor is what depends on it: the program is wrong, and about to end. */
  withhold(): void {
    this.#demands.withhold();
  }
}

/** Demands, until the program's current turn is over. */
class RequirementList {
  readonly #demands: RequirementInput[] = [];
  #open = true;
  #withheld = false;

  readonly complete: Promise<RequirementInput[]> = new Promise((resolve) => {
    setImmediate(() => {
      this.#open = false;
      if (!this.#withheld) resolve(this.#demands);
    });
  });

  /** Whether there was still time. */
  add(demand: RequirementInput): boolean {
    // A component states more of its service than the service itself does, and first.
    const isStated = this.#demands.some((other) => isSameService(other, demand));
    if (this.#open && !isStated) this.#demands.push(demand);
    return this.#open;
  }

  withhold(): void {
    this.#withheld = true;
  }
}
