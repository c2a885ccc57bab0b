import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ensureDockerPlugin } from "../../toolchain/docker-plugin.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { canRun, run } from "../../toolchain/run.ts";
import { inputsOf, outputsOf, tokenOf, type TypedProperty } from "./typings.ts";

/** A property in the plugin's output of `-names`, which lists the properties of each resource token. */
interface NamedProperty extends TypedProperty {
  input: boolean;
  properties?: NamedProperty[];
}

const RESOURCES = ["Network", "Secret", "ServiceConfig", "Volume", "RemoteImage", "Container", "Service"];

let names: Record<string, NamedProperty[]>;
let built = false;

beforeAll(async () => {
  const { path } = await ensureDockerPlugin(ensurePulumi);
  const binary = join(path, "pulumi-resource-docker");
  built = await canRun(binary, ["-names"]);
  if (built) names = JSON.parse(await run(binary, ["-names"])) as Record<string, NamedProperty[]>;
}, 600_000);

/** Returns the inputs. Returns all nested properties, because nested types are shared with the resource's state. */
function taken(properties: readonly NamedProperty[], nested = false): TypedProperty[] {
  return properties
    .filter((property) => property.input || nested)
    .map(({ name, type, required, properties: members }) => ({
      ...{ name, type, required },
      ...(members ? { properties: taken(members, true) } : {}),
    }));
}

/** Returns names and types at every depth. An output is "required" in the typings if it is always known. */
function shape(properties: readonly TypedProperty[]): unknown[] {
  return properties.map(({ name, type, properties: nested }) => [name, type, ...(nested ? [shape(nested)] : [])]);
}

describe.each(RESOURCES)("the docker plugin built here, %s", (resource) => {
  const released = "the plugin is the released one: it needs no comparison with its own typings";

  it("registers the token of @pulumi/docker", (context) => {
    if (!built) context.skip(released);
    expect(Object.keys(names)).toContain(tokenOf(resource));
  });

  it("accepts the inputs of the typings", (context) => {
    if (!built) context.skip(released);
    expect(taken(names[tokenOf(resource)] ?? [])).toEqual(inputsOf(resource));
  });

  it("returns the outputs of the typings", (context) => {
    if (!built) context.skip(released);
    expect(shape(names[tokenOf(resource)] ?? [])).toEqual(shape(outputsOf(resource)));
  });
});
