// Arguments that other languages cannot pass.
import * as pulumi from "@pulumi/pulumi";

class Hidden extends pulumi.ComponentResource {}

type Shapes = { a: string } | { b: string };

interface ThingArgs {
  either: string | number;
  off: number | false;
  shapes: Shapes;
  callback: (value: string) => string;
  foreign: Map<string, string>;
  hidden: Hidden;
  picked: Pick<ThingArgs, "either">;
  inner: Inner;
  deferred: pulumi.Input<string | number>;
  target: Target;
}

interface Target {
  readonly address: pulumi.Output<string>;
}

interface Inner {
  symbol: symbol;
}

export class Thing extends pulumi.ComponentResource {
  readonly guessed = "text";
  constructor(name: string, args: ThingArgs) {
    super("swarm:index:Thing", name, { ...args });
  }
}
