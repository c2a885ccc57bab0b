import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { confirmExposure, exposureFromConfig } from "../../../commands/lib/exposure.ts";
import { formatSummary } from "../../../commands/lib/outputs.ts";
import { host } from "../preflight-snapshot.ts";

test.each<[Record<string, unknown>, boolean, string]>([
  [{}, true, "this machine"],
  [{}, false, "everybody"],
  [{ "pulumi-swarm:expose": true }, true, "everybody"],
  [{ "pulumi-swarm:allowFrom": ["10.1.0.0/16"] }, true, "allowFrom"],
  [{ "pulumi-swarm:allowFrom": ["10.1.0.0/16"] }, false, "allowFrom"],
])("config %j, local: %s: %s", (config, isLocal, exposure) =>
  expect(exposureFromConfig(config, isLocal)).toBe(exposure),
);

test.each([
  ["this machine", /^Only this machine can reach them; `pulumi config set pulumi-swarm:expose true`/m],
  ["allowFrom", /^Only the hosts themselves and the addresses in allowFrom/m],
  ["everybody", /^Swarm publishes these ports on all addresses of the host/m],
] as const)("the summary of `up` says who can reach the store: %s", (exposure, line) => {
  expect(formatSummary({ endpoints: { a: "http://127.0.0.1:9000" }, swarmId: "s" }, "dev", exposure)).toMatch(line);
});

describe("without firewall rules", () => {
  const FAR = { host: "tcp://192.0.2.1:2376" };
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-exposure-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const decide = (config: string, info: Parameters<typeof host>[1] = {}) => {
    mkdirSync(join(folder, "config"), { recursive: true });
    writeFileSync(join(folder, "config", "Pulumi.dev.yaml"), config);
    const others = { backend: folder, passphraseFile: join(folder, "passphrase"), home: folder };
    const state = { path: folder, project: folder, projectName: "p", ...others };
    const engine = { connection: FAR, info: async () => host({}, info).info };
    return confirmExposure({ state, stack: "dev" }, engine, false);
  };

  test("and without a terminal, `up` fails before anything is published", async () => {
    await expect(decide("config: {}\n")).rejects.toThrow(
      "pulumi-swarm:expose: is not set, and its engine is reached at tcp://192.0.2.1:2376, neither by ssh nor by a socket " +
        "of this machine: set it to true in Pulumi.dev.yaml to publish the store to everyone who can reach the engine's " +
        "machine, or to false to publish nothing",
    );
  });

  test.each([
    ["rootless", { SecurityOptions: ["name=rootless"] }],
    ["for Windows containers", { OSType: "windows" }],
    ["too old", { ServerVersion: "19.03.15" }],
  ])("leaves an engine that is %s to the preflight", async (_, info) => {
    expect(await decide("config: {}\n", info)).toBeUndefined();
  });

  test.each(["expose: true", "expose: false", 'allowFrom: ["10.1.0.0/16"]', "driver: macvlan"])(
    "the setting %s decides",
    async (setting) =>
      expect(await decide(`config: { "pulumi-swarm:${setting.replace(":", '":')} }\n`)).toBeUndefined(),
  );
});
