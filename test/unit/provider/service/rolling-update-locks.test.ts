import { expect, test } from "vitest";
import type { Command } from "../../../fake-swarm/application.ts";
import { runRollingUpdate } from "../../../../provider/service/rolling-update.ts";

import { updateConfig } from "../../../../provider/service/update-strategy.ts";
import { withFakeTime, type TestSwarm, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start, said } = withFakeTime();

const LOCK_SECONDS = 130;
const CONFIG = { UpdateConfig: updateConfig({ mode: "one-by-one" }) };

function serviceOf(Image: string) {
  const spec = specOf(Image, CONFIG);
  spec.TaskTemplate.ContainerSpec.Hostname = "store-{{.Node.Hostname}}";
  return spec;
}

interface Lock {
  id: string;
  owner: string;
  /** When it was taken and when it is gone, in milliseconds of the test. */
  from: number;
  until: number;
}

/** A store of three members, with locks in the format of `mc support top locks`. */
async function store(locks: (scene: TestSwarm) => Lock[]) {
  const scene = await start(3);
  const id = await scene.run(serviceOf("a"));
  const begun = Date.now();
  const stops: number[] = [];
  let broken = false;
  scene.fake.application.exec = ({ command, hostname }: Command) => {
    if (command[0] !== "locks") return {};
    if (broken) return { exitCode: 1, stderr: `${hostname}: no such command` };
    const now = Date.now() - begun;
    const held = locks(scene).filter(({ from, until }) => from <= now && now < until);
    return { stdout: held.map((lock) => JSON.stringify(line(lock, begun))).join("\n") };
  };
  const wanted = serviceOf("b");
  const { replace } = scene.swarm.services;
  scene.swarm.services.replace = (service, old) => {
    stops.push((Date.now() - begun) / 1_000);
    return replace.call(scene.swarm.services, service, old);
  };
  const inputs = scene.service(wanted, {
    maintenanceCommand: ["may-go"],
    locks: { command: ["locks"], expirySeconds: LOCK_SECONDS },
    timeoutSeconds: 300,
  });
  return {
    scene,
    stops,
    fails: () => (broken = true),
    rolled: () => advanceUntilSettled(runRollingUpdate(scene.find, id, wanted, inputs)),
  };
}

const line = ({ id, owner, from }: Lock, begun: number) => ({
  ...{ id, owner: `store-${owner}:9000`, resource: "bucket/object", time: new Date(begun + from).toISOString() },
});

/** Seconds between one stop and the next. */
const gaps = (stops: number[]) => stops.slice(1).map((at, index) => at - stops[index]!);

test("does not wait without locks", async () => {
  const { rolled, stops, scene } = await store(() => []);
  await rolled();
  expect(scene.taskStates()).toEqual({ host1: "b running", host2: "b running", host3: "b running" });
  for (const gap of gaps(stops)) expect(gap).toBeLessThan(10);
});

test("stops one more task while a stale lock exists, then waits until it expires", async () => {
  // The lock was taken before any stop, and its owner is stopped first.
  const { rolled, stops } = await store(() => [{ id: "one", owner: "host1", from: -1_000, until: 70_000 }]);
  await rolled();
  const [first = 0, second = 0, third = 0] = stops;
  // The second stop does not wait; the third waits until the lock has expired.
  expect(second - first).toBeLessThan(15);
  expect(third).toBeGreaterThanOrEqual(70);
  expect(third).toBeLessThan(80);
  expect(said()).toContain("waiting for locks of stopped tasks to expire: 1");
});

test("ignores a lock that does not expire in time", async () => {
  const { rolled, stops, scene } = await store(() => [{ id: "one", owner: "host1", from: -1_000, until: Infinity }]);
  await rolled();
  expect(scene.taskStates()).toEqual({ host1: "b running", host2: "b running", host3: "b running" });
  const [, second = 0, third = 0] = stops;
  expect(third - second).toBeGreaterThan(LOCK_SECONDS - 20);
  expect(third - second).toBeLessThan(LOCK_SECONDS + 20);
});

test("does not wait for locks of running tasks", async () => {
  const { rolled, stops } = await store((scene) =>
    scene.tasks
      .filter(({ Status }) => Status.State === "running")
      .map(({ ID }) => ({ id: ID, owner: "host3", from: 3_600_000 * 24, until: Infinity })),
  );
  await rolled();
  for (const gap of gaps(stops)) expect(gap).toBeLessThan(10);
});

test("logs once that locks cannot be listed, and does not wait", async () => {
  const { rolled, stops, fails } = await store(() => []);
  fails();
  await rolled();
  expect(said().match(/the update does not wait for locks: host\d: host\d: no such command/g)).toHaveLength(1);
  for (const gap of gaps(stops)) expect(gap).toBeLessThan(10);
});
