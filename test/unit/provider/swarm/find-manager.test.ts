import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EngineConnection } from "../../../../engine/engine-connection.ts";
import { Deadline } from "../../../../engine/deadline.ts";
import type { SwarmInfo } from "../../../../engine/types.ts";
import { findManager, registerManagers } from "../../../../provider/swarm/manager-pool.ts";
import { firstReachableManager } from "../../../../components/swarm/reachable-manager.ts";

const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-engines-"));
const servers = new Set<ReturnType<typeof createServer>>();
const engines: Record<string, EngineConnection> = { down: { host: `unix://${folder}/nowhere.sock` } };

/** Starts an engine that reports this Swarm. */
async function engine(name: string, swarm: Partial<SwarmInfo>): Promise<void> {
  const server = createServer((_request, answer) => answer.end(JSON.stringify({ ID: name, Swarm: swarm })));
  const path = join(folder, `${name}.sock`);
  await new Promise<void>((listening) => server.listen(path, listening));
  servers.add(server);
  engines[name] = { host: `unix://${path}` };
}

beforeAll(async () => {
  const manages = (ID: string) => ({ LocalNodeState: "active" as const, ControlAvailable: true, Cluster: { ID } });
  await engine("ours", manages("swarm"));
  await engine("alsoOurs", manages("swarm"));
  await engine("theirs", manages("other"));
  await engine("worker", { LocalNodeState: "active", ControlAvailable: false });
  await engine("starting", { LocalNodeState: "pending", ControlAvailable: false });
  await engine("noQuorum", { LocalNodeState: "active", ControlAvailable: true, Error: "no leader" });
});

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const named = (...names: string[]) => Object.fromEntries(names.map((name) => [name, engines[name]!]));

test("finds a manager among engines that are down or not managers of the Swarm", async () => {
  const found = await findManager(named("down", "theirs", "worker", "noQuorum", "ours"), "swarm");
  expect(found?.connection).toEqual(engines["ours"]);
});

test("finds a manager that another resource has registered", async () => {
  registerManagers({ ...named("theirs") }, "other");
  expect((await findManager(named("worker"), "other"))?.connection).toEqual(engines["theirs"]);
});

test("a Swarm is gone only if all engines answer and none is in it", async () => {
  expect(await findManager(named("worker", "theirs"), "gone")).toBeUndefined();
  await expect(findManager(named("worker", "down"), "hidden")).rejects.toThrow(
    "no manager of the Swarm hidden answers",
  );
  await expect(findManager(named("noQuorum"), "split", new Deadline(0))).rejects.toThrow("sees no quorum (no leader)");
  await expect(findManager(named("starting"), "booting", new Deadline(0))).rejects.toThrow("is still starting");
});

test.each<[string[], string | undefined, string | undefined]>([
  [["ours", "alsoOurs"], undefined, "ours"],
  [["ours", "alsoOurs"], "alsoOurs", "alsoOurs"],
  [["ours", "down"], "down", "ours"],
  [["down", "worker", "alsoOurs"], "ours", "alsoOurs"],
  [["down", "worker"], "worker", "worker"],
  [["down", "worker"], undefined, undefined],
])("of the managers %j, after %j, the docker provider uses %j", async (names, former, expected) => {
  const chosen = await firstReachableManager(Object.values(named(...names)), former && engines[former]!.host);
  expect(chosen).toEqual(expected && engines[expected]);
});
