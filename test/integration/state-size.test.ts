import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { swarmStack } from "../../bench/hosts/swarm-stack.ts";
import { Engine } from "../../engine/engine.ts";
import { FakeEngines } from "../fake-swarm/fake-engines.ts";
import { INSTANT } from "../fake-swarm/timing.ts";
import type { TestStack } from "./stack.ts";

const HOSTS = 40;

/** The aim for the state of a host, in bytes. Pulumi writes the whole state before and after each resource. */
const LIMIT = 4096;

describe(`a Swarm of ${HOSTS} simulated hosts`, () => {
  let folder: string;
  let fake: FakeEngines;
  let stack: TestStack;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-state-"));
    fake = await FakeEngines.start(HOSTS, { folder, timing: INSTANT });
    const hosts = fake.engines.map(({ hostname, address, connection }) => ({
      ...{ hostname, address, socket: connection.host },
    }));
    stack = await swarmStack(hosts);
    await stack.up();
  });
  afterAll(async () => {
    stack?.remove();
    await fake?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("has a Host, a Machine and a Member for each host, and few bytes of state", () => {
    const { resources } = stack.state();
    const ofHosts = resources.filter(({ type }) => /:(?:Host|Machine|Member)$/.test(type));
    expect(ofHosts).toHaveLength(3 * HOSTS);
    expect(resources.length - ofHosts.length).toBeLessThan(10);
    expect(Buffer.byteLength(JSON.stringify({ resources })) / HOSTS).toBeLessThan(LIMIT);
  });

  test("has an empty second preview, also after a refresh", async () => {
    expect((await stack.preview()).steps).toEqual([]);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("is left by all hosts when it is destroyed", async () => {
    await stack.destroy();
    const states = await Promise.all(fake.engines.map(({ connection }) => new Engine(connection).info()));
    expect(states.map(({ Swarm }) => Swarm.LocalNodeState)).toEqual(Array(HOSTS).fill("inactive"));
  });
});
