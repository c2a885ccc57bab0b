import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { type Kind, providerCode } from "../../components/provider/resource.ts";

const kinds: Kind[] = [
  "Host",
  "SshHost",
  "SshSurvey",
  "SshSurveyed",
  "Preflight",
  "Cluster",
  "CreationOwner",
  "Identity",
  "Member",
  "NodeSettings",
  "Service",
  "RootCredentials",
  "RootServiceAccounts",
  "Blueprint",
  "ForLife",
  "HostKey",
  "Verdict",
];
const require = createRequire(import.meta.url);

test("the address in every stack's state has not changed", () => {
  expect(providerCode("Service")).toBe(
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/")("pulumi-swarm/provider").Service',
  );
});

test.each(kinds)("%s is found the way Pulumi's own process looks for it", (kind) => {
  // The contract of @pulumi/pulumi/cmd/dynamic-provider: requireFromString(text).handler(), synchronously.
  const loaded = require("require-from-string")(providerCode(kind)) as { handler(): object };
  expect(loaded.handler()).toMatchObject({ create: expect.any(Function), diff: expect.any(Function) });
});

test("the resources' code does without the Pulumi SDK", () => {
  const folder = new URL("../../components/provider/", import.meta.url);
  const files = readdirSync(folder).filter((file) => file !== "resource.ts");
  expect(files).toContain("service.ts");
  for (const file of files) {
    const imports = readFileSync(new URL(file, folder), "utf8").match(/^import (?!type).*@pulumi\/.*$/gm);
    expect({ file, imports }).toEqual({ file, imports: null });
  }
});
