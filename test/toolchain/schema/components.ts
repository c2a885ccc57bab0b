// Components with every kind of argument and output that the generator of the schema knows.
import * as pulumi from "@pulumi/pulumi";
import type { FieldInputs } from "../../../components/shared/inputs.ts";
import type { DeepInput } from "../../../components/shared/inputs.ts";

/** How loud it is. */
type Volume = "loud" | "very-quiet";

/** A part of it. */
interface Part {
  /** Its size. */
  size: pulumi.Input<number>;
  /** Its names. */
  names?: string[];
}

/** A part among others. */
interface PartitionArgs extends Part {
  /** @default - none */
  label?: string;
}

interface BaseArgs {
  /**
   * Taken from a base interface,
   * on two lines.
   *
   * A second paragraph.
   */
  inherited: string;
}

interface Engine {
  Name: string;
  Inner: { [key: string]: unknown };
}

interface ThingArgs extends BaseArgs {
  /** @default 3 */
  count?: pulumi.Input<number>;
  /**
   * CPUs.
   * @default - no limit
   * @fractional
   */
  cpus?: pulumi.Input<number>;
  /** @secret */
  password?: pulumi.Input<string>;
  flag?: boolean;
  volume?: pulumi.Input<Volume>;
  plainVolume?: Volume;
  plainList?: string[];
  list?: pulumi.Input<pulumi.Input<string>[]>;
  map?: Record<string, pulumi.Input<string>>;
  part?: Part;
  parts?: Record<string, PartitionArgs>;
  deep?: DeepInput<Loose>;
  spec?: FieldInputs<Engine>;
  engines?: DeepInput<Engine>[];
  transform?: (args: object) => object;
  other?: Other;
  others?: Other[];
  either?: Thing | undefined;
  any?: EitherThing;
}

/** Loose settings. */
interface Loose {
  /** How many. */
  amount: number;
}

type EitherThing = Thing | Other;

/** The first component. */
export class Thing extends pulumi.ComponentResource {
  /** Its title. */
  readonly title: pulumi.Output<string>;
  /** Its key. @secret */
  readonly key?: pulumi.Output<string>;
  readonly volumes: Readonly<Record<string, pulumi.Output<Volume>>> = {};
  readonly others: readonly Other[] = [];
  readonly provider: pulumi.ProviderResource | undefined;
  /** @internal */
  readonly internal: Map<string, string> = new Map();
  readonly #hidden = 1;
  protected readonly inner: number = this.#hidden;

  constructor(name: string, args: ThingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("swarm:index:Thing", name, {}, opts);
    this.title = pulumi.output(args.inherited);
  }

  method(): number {
    return this.inner;
  }
}

abstract class Titled extends pulumi.ComponentResource {
  readonly title: pulumi.Output<string> = pulumi.output("");
}

/** It has optional arguments and a base class. */
export class Other extends Titled {
  constructor(name: string, args: { readonly flag?: boolean } = {}, opts?: pulumi.ComponentResourceOptions) {
    super("swarm:index:Other", name, { flag: args.flag }, opts);
  }
}

export const notAComponent = 1;
