import * as pulumi from "@pulumi/pulumi";

/** Returns an Output as the SDK makes it of what another language sends. */
export function outputSent(value: unknown, { isKnown = true, isSecret = false } = {}): pulumi.Output<unknown> {
  const settled = <T>(of: T) => Promise.resolve(of);
  const { constructor } = Object.getPrototypeOf(pulumi.output(1)) as { constructor: OutputConstructor };
  return new constructor([], settled(value), settled(isKnown), settled(isSecret), settled([]));
}
type OutputConstructor = new (...parts: unknown[]) => pulumi.Output<unknown>;
