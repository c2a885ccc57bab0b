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

/** A store on all machines of the scene, and an object in it that every one of them gives back. */
async function storeOn(scene: LabFixture, image: string) {
  const [a, b, c, d] = [1, 2, 3, 4].map((number) => scene.lab.host(number));
  const hosts = {
    a: hostConfig(a!, "manager"),
    b: hostConfig(b!, "manager"),
    c: hostConfig(c!, "manager"),
    d: hostConfig(d!, "worker"),
  };
  const stack = await scene.hostsStack(hosts, { image });
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

/** Docker 26 and later give the data of Docker 20.10 another engine id: that is recorded, and nothing restarts. */
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

/** How an engine of that version calls itself, in the beginning at least. */
function called(version: EngineVersion) {
  const beginning = version === newest ? MOBY_ENGINE : `${version}.`;
  return expect.stringMatching(new RegExp(`^${beginning.replaceAll(".", "\\.")}`));
}

// The engine whose images lie in containerd's store is not the first: the lab builds images on the first.
const mixed = [...older, newest!];

describeOnLab(
  "a Swarm of engines of all versions",
  (scene) => {
    test("holds a store, is clean at the second look, and is taken away whole", async () => {
      expect(await enginesOf(scene())).toEqual(mixed.map(called));
      const registry = await scene().lab.registry();
      const image = await registry.push(scene().host.engine, scene().images.a, "minio");
      const { stack } = await storeOn(scene(), image);
      await expectNoChanges(stack);
      await stack.destroy();
      for (const { engine } of scene().lab.hosts) expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
    });
  },
  { hosts: 4, engines: mixed },
);

describeOnLab(
  "engines that are brought from version to version, host by host",
  (scene) => {
    test("keep their Swarm and its store, to which nothing is to be done", async () => {
      const { lab, images } = scene();
      const { stack, isKept } = await storeOn(scene(), images.a);
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
        expect(await enginesOf(scene())).toEqual(lab.hosts.map(() => called(version)));
        expect(await isKept()).toBe(true);
        await expectNewEngineIds(stack, scene());
        await expectNoChanges(stack);
      }
    });
  },
  { hosts: 4, engines: [OLDEST] },
);
