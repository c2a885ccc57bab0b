import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { wholeOptions } from "../../../../plugin/construct/whole-options.ts";
import { getValue } from "../../harness.ts";

test("deletedWith names the resource, of which the SDK has split off the name", async () => {
  const parts = { urn: pulumi.output("urn:pulumi:dev::shop::swarm:index:Swarm"), id: pulumi.output("swarm") };
  const deletedWith = Object.assign(Object.create(pulumi.ProviderResource.prototype) as pulumi.ProviderResource, parts);
  const options = await wholeOptions({ deletedWith, protect: true });
  expect(options.protect).toBe(true);
  expect(await getValue(options.deletedWith!.urn)).toBe("urn:pulumi:dev::shop::swarm:index:Swarm::swarm");
});
