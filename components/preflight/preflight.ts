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
 * It is registered at once, but its requirements are those of all components that the program makes in the same turn. Those
 * that come after an `await` are checked in the program itself, together with the earlier ones. They add no resource, so
 * that it makes no difference to the state on which side of an `await` a component is made.
 */
export class Preflight extends SwarmResource {
  readonly #requirements: RequirementList;
  readonly #late: LateRequirements;

  constructor(name: string, args: PreflightArgs, opts?: pulumi.CustomResourceOptions) {
    const requirements = new RequirementList();
    const hosts = Object.fromEntries(
      args.hosts.map(({ key, engine, hostname, privateAddress }) => [
        key,
        { connection: engine, hostname, privateAddress },
      ]),
    );
    const { allowOutage = false } = args;
    // In an `up`, what is checked are hosts that are there; in a preview they need not be.
    const ready = args.hosts.map((host) => host.ready);
    const found = { hosts, allowOutage, recordedIds: recordedIds(), hasUnlockKey: recordedUnlockKey(), ready };
    super("Preflight", name, { ...found, requirements: requirements.complete }, opts);
    this.#requirements = requirements;
    this.#late = new LateRequirements(requirements.complete, found);
  }

  /** Has a requirement checked, and gives back what to depend on: this resource, at the latest once a late requirement passed. */
  require(requirement: RequirementInput): pulumi.Input<pulumi.Resource> {
    return this.#requirements.add(requirement) ? this : this.#late.check(requirement).then(() => this);
  }

  /** Is never made, nor is what depends on it: the program is wrong, and about to end. */
  abort(): void {
    this.#requirements.abort();
  }
}

/** Requirements, until the program's current turn is over. */
class RequirementList {
  readonly #requirements: RequirementInput[] = [];
  #open = true;
  #aborted = false;

  readonly complete: Promise<RequirementInput[]> = new Promise((resolve) => {
    setImmediate(() => {
      this.#open = false;
      if (!this.#aborted) resolve(this.#requirements);
    });
  });

  /** Whether there was still time. */
  add(requirement: RequirementInput): boolean {
    // A component states more of its service than the service itself does, and first.
    const isStated = this.#requirements.some((other) => isSameService(other, requirement));
    if (this.#open && !isStated) this.#requirements.push(requirement);
    return this.#open;
  }

  abort(): void {
    this.#aborted = true;
  }
}
