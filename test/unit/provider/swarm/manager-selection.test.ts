import { expect, test } from "vitest";
import { withManager } from "../../../../provider/swarm/with-manager.ts";
import { Cluster } from "../../../../provider/swarm/cluster.ts";
import { type ClusterState } from "../../../../provider/swarm/cluster-inputs.ts";
import { findManager, lockedManagers } from "../../../../provider/swarm/manager-pool.ts";
import { firstReachableManager } from "../../../../components/swarm/reachable-manager.ts";
import { Deadline } from "../../../../engine/deadline.ts";
import { withFakeTime, OWNER, type TestSwarm } from "../../../fake-swarm/test-swarm.ts";
import { advance, advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start } = withFakeTime();

const found = async ({ managers, swarm }: TestSwarm, deadline?: Deadline) =>
  (await advanceUntilSettled(findManager(managers, swarm.id, deadline)))?.connection.host;

async function timed<T>(work: Promise<T>): Promise<number> {
  const begun = performance.now();
  await advanceUntilSettled(work.catch(() => undefined));
  return (performance.now() - begun) / 1_000;
}

test("asks only the manager that answered last, and another one once it is gone", async () => {
  const scene = await start(3, { managers: 3 });
  const { fake } = scene;
  const first = await found(scene);
  const at = fake.engines.findIndex(({ connection }) => connection.host === first);
  fake.requests.length = 0;
  expect(await found(scene)).toBe(first);
  expect(fake.requests).toEqual([`host${at + 1} GET /swarm`]);
  fake.engines[at]!.stop();
  await advance(10);
  const second = await found(scene);
  expect(second).toBeDefined();
  expect(second).not.toBe(first);
});

test("a hanging manager does not delay the lookup", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.engine(1).power = "hanging";
  const begun = performance.now();
  expect(await found(scene)).not.toBe(scene.fake.engine(1).connection.host);
  expect(performance.now() - begun).toBeLessThan(1_000);
});

test("waits for an election", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.timing.election = 15_000;
  scene.swarm.loseLeader();
  const begun = performance.now();
  expect(await found(scene)).toBeDefined();
  expect(performance.now() - begun).toBeGreaterThanOrEqual(15_000);
});

test("the docker provider gets a manager that sees a leader", async () => {
  const scene = await start(3, { managers: 3 });
  const { fake } = scene;
  fake.timing.election = 15_000;
  scene.swarm.loseLeader();
  const begun = performance.now();
  expect(await advanceUntilSettled(firstReachableManager(Object.values(scene.managers), undefined))).toBeDefined();
  expect(fake.engines.every(({ hasLeader }) => hasLeader)).toBe(true);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(15_000);
});

test("the docker provider gets a manager even without a quorum", async () => {
  const scene = await start(3, { managers: 3 });
  const [first, second, third] = scene.fake.engines;
  for (const gone of [second, third]) gone!.stop();
  scene.swarm.loseLeader();
  const chosen = await advanceUntilSettled(firstReachableManager(Object.values(scene.managers), undefined));
  expect(chosen).toEqual(first!.connection);
});

test("a request survives an election that takes longer than a lookup", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.timing.election = 35_000;
  scene.swarm.loseLeader();
  const asked = withManager("the Swarm", scene.find, (manager) => manager.inspectSwarm());
  expect((await advanceUntilSettled(asked)).ID).toBe(scene.swarm.id);
});

test("managers without a quorum do not mean that the Swarm is gone", async () => {
  const scene = await start(3, { managers: 3 });
  for (const number of [2, 3]) scene.fake.engine(number).stop();
  const lookup = findManager(scene.managers, scene.swarm.id);
  await expect(advanceUntilSettled(lookup)).rejects.toThrow(/sees no quorum .*The swarm does not have a leader/);
});

test("skips a manager that is cut off from the majority", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.engine(1).cutOff(true);
  await advance(10);
  expect(await found(scene)).not.toBe(scene.fake.engine(1).connection.host);
});

test("a lookup ends with its deadline", async () => {
  const scene = await start(1);
  scene.fake.engine(1).power = "hanging";
  expect(await timed(findManager(scene.managers, scene.swarm.id, new Deadline(3)))).toBeLessThan(5);
  expect(await timed(findManager(scene.managers, scene.swarm.id))).toBeGreaterThan(20);
});

test("a Swarm is gone if every engine has left it, but not if one hangs", async () => {
  const scene = await start(2, { managers: 2 });
  for (const engine of scene.fake.engines) engine.resetSwarm();
  expect(await found(scene)).toBeUndefined();
  scene.fake.engine(2).power = "hanging";
  await expect(advanceUntilSettled(findManager(scene.managers, scene.swarm.id))).rejects.toThrow(
    "no manager of the Swarm",
  );
});

/** Starts an autolocked Swarm, restarts its managers, and returns it with its recorded state. */
async function locked(managers: number) {
  const scene = await start(managers, { managers });
  const { swarm, fake } = scene;
  const { Version, Spec } = swarm.inspect();
  swarm.update(Version.Index, { ...Spec, EncryptionConfig: { AutoLockManagers: true } }, () => false);
  for (const engine of fake.engines) {
    engine.stop();
    engine.start();
  }
  const state = {
    ...{
      ...scene.address,
      owner: OWNER,
      unlockKey: swarm.unlockKey,
      ownsSwarm: true,
      autolock: true,
      creationSettings: {},
    },
  } as unknown as ClusterState;
  return { ...scene, scene, swarm, fake, state };
}

test("recognises locked managers, and unlocks them with the recorded key", async () => {
  const { scene, swarm, fake, state } = await locked(3);
  expect((await lockedManagers(scene.managers)).map(([key]) => key)).toEqual(["host1", "host2", "host3"]);
  await expect(advanceUntilSettled(findManager(scene.managers, swarm.id))).rejects.toThrow(
    "is locked: `pulumi up` unlocks it",
  );
  const read = await advanceUntilSettled(Cluster.read(swarm.id, state));
  expect(read).toMatchObject({ id: swarm.id, props: { swarmId: swarm.id, unlockKey: swarm.unlockKey } });
  expect(fake.engines.map((engine) => engine.state)).toEqual(["active", "active", "active"]);
});

test("a lookup waits for a manager that is being unlocked", async () => {
  const { scene, swarm, fake } = await locked(1);
  setTimeout(() => fake.engine(1).unlock(), 10_000);
  const begun = performance.now();
  expect(await found(scene)).toBe(fake.engine(1).connection.host);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(10_000);
  expect(swarm.leader).toBeDefined();
});
