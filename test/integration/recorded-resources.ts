import type { ResourceHandler } from "../../provider/runtime/resource-handler.ts";
import { handlers } from "../../provider/handlers.ts";
import { stateFrom } from "../../provider/rpc/recorded-once.ts";
import { deepEqual } from "../../provider/runtime/diff.ts";
import { decryptSecrets } from "../../commands/lib/recorded-stack.ts";
import { nameFromUrn } from "../../commands/lib/events.ts";
import type { TestStack } from "./stack.ts";

type Properties = Record<string, unknown>;

/** A resource, or a component, as Pulumi exports it. */
interface ExportedResource {
  urn: string;
  type: string;
  /** Whether it is a resource. */
  custom: boolean;
  id?: string;
  inputs?: unknown;
  outputs?: unknown;
}

interface Recorded {
  name: string;
  handler: ResourceHandler<Properties>;
  id: string;
  inputs: Properties;
  outs: Properties;
}

/** An operation of a preview or an `up` on one resource. */
export interface Drift {
  /** The operation and the resource's name: `update store-main`. */
  step: string;
  /** Inputs that differ from the recorded ones. Empty for a resource that no longer exists. */
  changedInputs: string[];
}

const TYPE = /^swarm:index:(\w+)$/;

/**
 * The resources of a stack. Calls their handlers directly, without Pulumi, in the order of the state and with the
 * recorded inputs and outputs, which are those of an unchanged program.
 */
export class RecordedResources {
  readonly #resources: Recorded[];

  private constructor(resources: Recorded[]) {
    this.#resources = resources;
  }

  static async of(stack: TestStack): Promise<RecordedResources> {
    const exported = JSON.parse(await stack.pulumi("stack", "export", "--show-secrets")) as {
      deployment: { resources: ExportedResource[] };
    };
    const resources = exported.deployment.resources.flatMap(({ urn, type, custom, id = "", inputs, outputs }) => {
      const kind = TYPE.exec(type)?.[1];
      if (!custom || kind === undefined) return [];
      const recorded = decryptSecrets(inputs) as Properties;
      const handler = handlers[kind as keyof typeof handlers] as unknown as ResourceHandler<Properties>;
      return [
        {
          name: nameFromUrn(urn),
          handler,
          id,
          inputs: recorded,
          outs: stateFrom(decryptSecrets(outputs) as Properties, recorded, handler.recordedOnce),
        },
      ];
    });
    return new RecordedResources(resources);
  }

  /** Returns what `pulumi preview --refresh` would show. */
  async preview(): Promise<Drift[]> {
    const found = [];
    for (const resource of this.#resources) found.push(await compareWithLive(resource));
    return found.flatMap(({ drift }) => drift ?? []);
  }

  /** Does what `pulumi up --refresh` would do, and returns the operations. */
  async up(): Promise<Drift[]> {
    const drifts: Drift[] = [];
    for (const resource of this.#resources) {
      const { drift, props, wanted } = await compareWithLive(resource);
      if (!drift) continue;
      drifts.push(drift);
      const { handler, id } = resource;
      const changed = props ? await handler.update!(id, props, wanted) : await handler.create(wanted);
      Object.assign(resource, { inputs: wanted, ...changed });
    }
    return drifts;
  }
}

async function compareWithLive({ name, handler, id, inputs, outs }: Recorded) {
  const live = await handler.read(id, outs);
  if (live.id === "") {
    return {
      wanted: await checkInputs(name, handler, {}, inputs),
      drift: { step: `create ${name}`, changedInputs: [] },
    };
  }
  const props = live.props!;
  const now = live.inputs ?? inputs;
  const wanted = await checkInputs(name, handler, now, inputs);
  const { changes, replaces = [] } = await handler.diff(id, props, wanted);
  if (replaces.length > 0) throw new Error(`${name} would be replaced, for ${replaces.join(", ")}`);
  if (!changes) return { props, wanted };
  const changedInputs = Object.keys(wanted).filter((key) => !deepEqual(now[key], wanted[key]));
  return { props, wanted, drift: { step: `update ${name}`, changedInputs } };
}

async function checkInputs(name: string, { check }: Recorded["handler"], olds: Properties, news: Properties) {
  if (!check) return news;
  const { inputs, failures } = await check(olds, news);
  if (failures.length > 0) throw new Error(`${name}: ${failures.map(({ reason }) => reason).join("\n")}`);
  return inputs;
}
