import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../hosts/host.ts";
import { onInvalidInput } from "../shared/invalid-input.ts";
import { SwarmResource } from "../shared/resource.ts";
import { LateRequirements } from "./late-requirements.ts";
import { recordedIds, recordedUnlockKey } from "./recorded-state.ts";
import type { RequirementInput } from "./requirement-input.ts";

export interface PreflightArgs {
  /** The hosts of the Swarm. */
  hosts: readonly Host[];
  /**
   * Whether a network in use may be replaced: attached services are stopped, and started again on the new network.
   * @default false
   */
  allowOutage?: boolean;
}

/**
 * Checks the requirements of a whole Swarm against its engines, already in the preview. All other resources depend on
 * this one, so that wrong inputs are found before anything is changed.
 *
 * It is registered at once, with the requirements of all components that the program creates before its first `await`.
 * Later requirements are checked in the program itself, together with the earlier ones. They add no resource, so moving
 * a component across an `await` does not change the state.
 */
export class Preflight extends SwarmResource {
  readonly #requirements: RequirementList;
  readonly #late: LateRequirements;

  constructor(name: string, args: PreflightArgs, opts?: pulumi.CustomResourceOptions) {
    const requirements = new RequirementList();
    const hosts = Object.fromEntries(
      args.hosts.map(({ key, engine, declaredHostname: hostname, privateAddress, dataPathAddress }) => [
        key,
        { connection: engine, hostname, privateAddress, dataPathAddress },
      ]),
    );
    const { allowOutage = false } = args;
    // In an `up`, hosts are created first. In a preview they need not exist.
    const ready = args.hosts.map((host) => host.ready);
    const found = { hosts, allowOutage, recordedIds: recordedIds(), hasUnlockKey: recordedUnlockKey(), ready };
    super("Preflight", name, { ...found, requirements: requirements.complete }, opts);
    this.#requirements = requirements;
    onInvalidInput(() => requirements.abort());
    this.#late = new LateRequirements(requirements.complete, found);
  }

  /** Adds a requirement to check. Returns the resource to depend on, once a late requirement has passed. */
  require(requirement: RequirementInput): pulumi.Input<pulumi.Resource> {
    return this.#requirements.add(requirement) ? this : this.#late.check(requirement).then(() => this);
  }
}

/** Collects requirements until the program's current turn of the event loop ends. */
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

  /** Returns whether the requirement was still accepted. */
  add(requirement: RequirementInput): boolean {
    if (this.#open) this.#requirements.push(requirement);
    return this.#open;
  }

  /** Withholds the requirements, so neither the Preflight nor its dependents are created. */
  abort(): void {
    this.#aborted = true;
  }
}
