import { expect, test } from "vitest";
import { waitFor } from "../integration/manual-changes.ts";
import { waitUntilHealthy } from "../integration/faults/store.ts";
import { openBuckets, randomObject } from "../integration/s3.ts";
import { hostConfig, describeOnLab, type LabFixture } from "../integration/lab-fixture.ts";
import type { TestStack } from "../integration/stack.ts";
import { ENGINES, type EngineVersion } from "../../lab/engines.ts";
import { MOBY_ENGINE } from "../../toolchain/versions.ts";

const [newest, ...older] = ENGINES;
const OLDEST = older.at(-1)!;

/** Deploys a store to all hosts of the fixture, with an object that can be read through each of them. */
async function storeOn(fixture: LabFixture, image: string) {
  const [a, b, c, d] = [1, 2, 3, 4].map((number) => fixture.lab.host(number));
  const hosts = {
    a: hostConfig(a!, "manager"),
    b: hostConfig(b!, "manager"),
    c: hostConfig(c!, "manager"),
    d: hostConfig(d!, "worker"),
  };
  const stack = await fixture.hostsStack(hosts, { image });
  await stack.up();
  const through = Object.values(await openBuckets(stack, "kept"));
  const object = randomObject();
  await through[0]!.create();
  await through[0]!.put("object", object);
  const isKept = async () => {
    for (const bucket of through) if (!(await bucket.get("object")).equals(object)) return false;
    return true;
  };
  expect(await isKept()).toBe(true);
  return { stack, isKept };
}

async function expectNoChanges(stack: TestStack): Promise<void> {
  expect((await stack.preview()).steps).toEqual([]);
  expect((await stack.preview({ refresh: true })).steps).toEqual([]);
}

/** Docker 26 and later replace the engine id of Docker 20.10. Checks that `up` records it and restarts nothing. */
async function expectNewEngineIds(stack: TestStack, { host }: LabFixture): Promise<void> {
  const { steps } = await stack.preview();
  expect(steps).toEqual(steps.filter(({ op }) => op === "update"));
  const running = async () => {
    const tasks = (await host.engine.listTasks()).filter(({ DesiredState }) => DesiredState === "running");
    return tasks.map(({ ID }) => ID).toSorted();
  };
  const before = await running();
  const changed = (await stack.up()).steps;
  expect(changed).toEqual(changed.filter(({ op, type }) => op === "update" && /:(Host|Member|Cluster)$/.test(type)));
  expect(await running()).toEqual(before);
}

async function enginesOf({ lab }: LabFixture): Promise<string[]> {
  return Promise.all(lab.hosts.map(async ({ engine }) => (await engine.info()).ServerVersion));
}

/** Matches the version string that an engine of that version reports. */
function called(version: EngineVersion) {
  const beginning = version === newest ? MOBY_ENGINE : `${version}.`;
  return expect.stringMatching(new RegExp(`^${beginning.replaceAll(".", "\\.")}`));
}

// The newest engine, with the containerd image store, is not the first: the lab builds images on the first.
const mixed = [...older, newest!];

describeOnLab(
  "a Swarm with engines of all versions",
  (fixture) => {
    test("runs a store, has an empty second preview, and is removed completely", async () => {
      expect(await enginesOf(fixture())).toEqual(mixed.map(called));
      const registry = await fixture().lab.registry();
      const image = await registry.push(fixture().host.engine, fixture().images.a, "minio");
      const { stack } = await storeOn(fixture(), image);
      await expectNoChanges(stack);
      await stack.destroy();
      for (const { engine } of fixture().lab.hosts) expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
    });
  },
  { hosts: 4, engines: mixed },
);

describeOnLab(
  "engines upgraded through all versions, host by host",
  (fixture) => {
    test("keep their Swarm and its store, without changes in the next preview", async () => {
      const { lab, images } = fixture();
      const { stack, isKept } = await storeOn(fixture(), images.a);
      for (const version of ENGINES.filter((each) => each !== OLDEST).toReversed()) {
        for (const number of [4, 3, 2, 1]) {
          await lab.kill(number);
          await lab.start(number, version);
          await waitFor(async () => {
            const manager = lab.host(number === 1 ? 2 : 1).engine;
            const nodes = await manager.listNodes().catch(() => []);
            const isWell = ({ Status, ManagerStatus }: (typeof nodes)[number]) =>
              Status.State === "ready" && (ManagerStatus?.Reachability ?? "reachable") === "reachable";
            return nodes.length === lab.hosts.length && nodes.every(isWell);
          }, `every node to be ready after host ${number} came to ${version}`);
          await waitUntilHealthy(lab.hosts);
        }
        expect(await enginesOf(fixture())).toEqual(lab.hosts.map(() => called(version)));
        expect(await isKept()).toBe(true);
        await expectNewEngineIds(stack, fixture());
        await expectNoChanges(stack);
      }
    });
  },
  { hosts: 4, engines: [OLDEST] },
);
