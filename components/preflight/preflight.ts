import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host.ts";
import { logLine } from "../provider/log-line.ts";
import { examine, type PreflightInputs } from "../provider/preflight.ts";
import { SwarmResource } from "../provider/resource.ts";
import type { Outage } from "./attached.ts";
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
 * It is registered at once, but its demands are those of all components that the program makes in the same turn. Those
 * that come after an `await` are checked in the program itself, together with the earlier ones. They add no resource, so
 * that it makes no difference to the state on which side of an `await` a component is made.
 */
export class Preflight extends SwarmResource {
  readonly #demands: DemandList;
  readonly #late: LateDemands;

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
    const found = { hosts, allowOutage, recorded: recordedIds(), unlockable: recordedUnlockKey(), ready };
    super("Preflight", name, { ...found, demands: demands.complete }, opts);
    this.#demands = demands;
    this.#late = new LateDemands(demands.complete, (all) => plainInputs({ ...found, demands: all }));
  }

  /** Has a demand checked, and gives back what to depend on: this resource, at the latest once a late demand passed. */
  require(demand: DemandInput): pulumi.Input<pulumi.Resource> {
    return this.#demands.add(demand) ? this : this.#late.checked(demand).then(() => this);
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

/** Inputs as a provider gets them: plain data, in which what is not known yet is a sentinel. */
async function plainInputs({ hosts, ...rest }: pulumi.Inputs & { hosts: Record<string, pulumi.Inputs> }) {
  // A secret would be wrapped in an object that marks it. This stays in the process.
  const unwrapped = (value: unknown) => pulumi.unsecret(pulumi.output(value));
  const visible = Object.entries(hosts).map(([key, host]): [string, pulumi.Inputs] => [
    key,
    Object.fromEntries(Object.entries(host).map(([name, value]) => [name, unwrapped(value)])),
  ]);
  const props: pulumi.Inputs = { hosts: Object.fromEntries<pulumi.Inputs>(visible), ...rest };
  const inputs = await pulumi.runtime.serializeProperties("preflight", props);
  return inputs as PreflightInputs;
}

/** Demands of components that are made after an `await`, checked turn by turn. */
class LateDemands {
  /** All that are checked or about to be. */
  #before: Promise<DemandInput[]>;
  readonly #inputs: (demands: DemandInput[]) => Promise<PreflightInputs>;
  #turn: { demands: DemandInput[]; checked: Promise<void> } | undefined;

  constructor(before: Promise<DemandInput[]>, inputs: (demands: DemandInput[]) => Promise<PreflightInputs>) {
    this.#before = before;
    this.#inputs = inputs;
  }

  /** @throws RunError when there is something against it. */
  checked(demand: DemandInput): Promise<void> {
    this.#turn ??= this.#next();
    const { demands } = this.#turn;
    if (!demands.some((other) => isSameService(other, demand))) demands.push(demand);
    return this.#turn.checked;
  }

  #next() {
    const before = this.#before;
    const demands: DemandInput[] = [];
    const over = new Promise<void>((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        resolve();
      });
    });
    this.#before = over.then(async () => [...(await before), ...demands]);
    const all = this.#before;
    const checked = all.then(async (known) => {
      const inputs = await this.#inputs(known);
      const { refusals, remarks, outages } = await examine(inputs, inputs.demands.slice(-demands.length));
      for (const remark of remarks) logLine(remark);
      const problems = [...refusals, ...outages.map(outageLine)];
      if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
    });
    return { demands, checked };
  }
}

/** Stopping services is a step of the run, which only a resource can be. */
function outageLine({ network, services }: Outage): string {
  return (
    `network ${network}: is to be made anew, and services are on it (${services.map(({ name }) => name).join(", ")}): ` +
    "declare it before the first `await` of the program, so that they can be stopped first"
  );
}
