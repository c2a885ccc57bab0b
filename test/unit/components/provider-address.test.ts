import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { providerCode } from "../../../components/shared/resource.ts";
import { type Kind } from "../../../provider/kinds.ts";

const kinds: Kind[] = [
  "Host",
  "SshHost",
  "HostInspection",
  "InspectionBarrier",
  "Preflight",
  "Cluster",
  "CreationOwner",
  "Identity",
  "Member",
  "NodeSettings",
  "Service",
  "RootCredentials",
  "RootServiceAccounts",
  "LaunchSnapshot",
  "ImmutableValues",
  "HostKey",
  "Assertion",
];
const require = createRequire(import.meta.url);

test("keeps the address that is in every stack's state", () => {
  expect(providerCode("Service")).toBe(
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/")("pulumi-swarm/provider").Service',
  );
});

test.each(kinds)("Pulumi's provider process finds %s", (kind) => {
  // The contract of @pulumi/pulumi/cmd/dynamic-provider: requireFromString(text).handler(), synchronously.
  const loaded = require("require-from-string")(providerCode(kind)) as { handler(): object };
  expect(loaded.handler()).toMatchObject({ create: expect.any(Function), diff: expect.any(Function) });
});

test("the provider does not load the Pulumi SDK", () => {
  const folder = new URL("../../../provider", import.meta.url);
  const files = globSync("**/*.ts", { cwd: folder });
  expect(files).toContain("service/service.ts");
  for (const file of files) {
    const imports = readFileSync(new URL(file, folder), "utf8").match(/^import (?!type).*@pulumi\/.*$/gm);
    expect({ file, imports }).toEqual({ file, imports: null });
  }
});
