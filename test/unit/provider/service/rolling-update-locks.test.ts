import { expect, test } from "vitest";
import type { Command } from "../../../fake-swarm/application.ts";
import { runRollingUpdate } from "../../../../provider/service/rolling-update.ts";
import { LOCK_SECONDS } from "../../../../provider/service/stale-locks.ts";
import { updateConfig } from "../../../../provider/service/update-strategy.ts";
import { withFakeTime, type TestSwarm, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start, said } = withFakeTime();

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

/** A store of three members with locks as `mc support top locks` prints them. */
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
    locksCommand: ["locks"],
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

/** The gaps between one stop and the next, in seconds. */
const gaps = (stops: number[]) => stops.slice(1).map((at, index) => at - stops[index]!);

test("without locks nothing is waited for", async () => {
  const { rolled, stops, scene } = await store(() => []);
  await rolled();
  expect(scene.taskStates()).toEqual({ host1: "b running", host2: "b running", host3: "b running" });
  for (const gap of gaps(stops)) expect(gap).toBeLessThan(10);
});

test("a lock that a stopped task left bears one stop more, and is then waited for", async () => {
  // It was taken before any task was stopped, and its owner is the first to be.
  const { rolled, stops } = await store(() => [{ id: "one", owner: "host1", from: -1_000, until: 70_000 }]);
  await rolled();
  const [first = 0, second = 0, third = 0] = stops;
  // The second stop is borne; the third waits until the lock has run out.
  expect(second - first).toBeLessThan(15);
  expect(third).toBeGreaterThanOrEqual(70);
  expect(third).toBeLessThan(80);
  expect(said()).toContain("locks of tasks that were stopped run out: 1");
});

test("a lock that stays is not of that kind, and ends no update", async () => {
  const { rolled, stops, scene } = await store(() => [{ id: "one", owner: "host1", from: -1_000, until: Infinity }]);
  await rolled();
  expect(scene.taskStates()).toEqual({ host1: "b running", host2: "b running", host3: "b running" });
  const [, second = 0, third = 0] = stops;
  expect(third - second).toBeGreaterThan(LOCK_SECONDS - 20);
  expect(third - second).toBeLessThan(LOCK_SECONDS + 20);
});

test("locks of tasks that run are their own", async () => {
  const { rolled, stops } = await store((scene) =>
    scene.tasks
      .filter(({ Status }) => Status.State === "running")
      .map(({ ID }) => ({ id: ID, owner: "host3", from: 3_600_000 * 24, until: Infinity })),
  );
  await rolled();
  for (const gap of gaps(stops)) expect(gap).toBeLessThan(10);
});

test("where locks cannot be listed, that is said once and nothing is waited for", async () => {
  const { rolled, stops, fails } = await store(() => []);
  fails();
  await rolled();
  expect(said().match(/locks are not waited for: host\d: host\d: no such command/g)).toHaveLength(1);
  for (const gap of gaps(stops)) expect(gap).toBeLessThan(10);
});
