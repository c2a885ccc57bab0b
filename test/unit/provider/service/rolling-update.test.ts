import { expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { Service } from "../../../../provider/service/service.ts";
import { type ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { runRollingUpdate } from "../../../../provider/service/rolling-update.ts";
import { decideRollout, updateConfig } from "../../../../provider/service/update-strategy.ts";
import { withFakeTime, type TestSwarm, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advance, advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start, said } = withFakeTime();

const CONFIG = { UpdateConfig: updateConfig({ mode: "one-by-one" }) };
const [former, wanted] = [specOf("a", CONFIG), specOf("b", CONFIG)];

/** Three hosts with a service, and what changes it: from `a` to `b`, with a gate. */
async function changing(more: Partial<ServiceInputs> = {}) {
  const scene = await start(3);
  const id = await scene.run(former);
  const inputs = scene.service(wanted, { maintenanceCommand: ["may-go"], ...more });
  return { scene, id, inputs, rolled: () => advanceUntilSettled(runRollingUpdate(scene.find, id, wanted, inputs)) };
}

const all = (state: string) => ({ host1: state, host2: state, host3: state });
const updates = ({ fake }: TestSwarm) =>
  fake.requests.filter((one) => / POST \/services\/\w+\/update/.test(one)).length;
const runningOf = (scene: TestSwarm) =>
  Object.values(scene.taskStates()).filter((one) => one.endsWith(" running")).length;

test("tasks are changed one by one, each when all of them say that it may go", async () => {
  const { scene, id, rolled } = await changing();
  const asked: string[][] = [[]];
  scene.fake.application.exec = ({ command, hostname }) => {
    expect(command).toEqual(["may-go"]);
    // It is asked only while all run, and never in the middle of a step.
    expect(runningOf(scene)).toBe(3);
    asked[updates(scene)] = [...(asked[updates(scene)] ?? []), hostname];
    return {};
  };
  await rolled();
  expect(scene.taskStates()).toEqual(all("b running"));
  expect(asked.map((hosts) => hosts.toSorted())).toEqual(Array(3).fill(["host1", "host2", "host3"]));
  // A step each, and a last write that takes the long wait out again.
  expect(updates(scene)).toBe(4);
  expect(scene.swarm.services.get(id).Spec.UpdateConfig).toEqual({ ...CONFIG.UpdateConfig, Delay: undefined });
  expect(scene.tasks).toHaveLength(6);
});

test("a task that may not go stays, and is changed as soon as it may", async () => {
  const { scene, rolled } = await changing();
  const begun = Date.now();
  scene.fake.application.exec = ({ hostname }) => {
    const isSyncing = hostname === "host2" && Date.now() - begun < 40_000;
    if (isSyncing) expect(updates(scene)).toBe(0);
    return isSyncing ? { exitCode: 1, stderr: "host1 is not in sync" } : {};
  };
  await rolled();
  expect(scene.taskStates()).toEqual(all("b running"));
  expect(said()).toContain("its own maintenance check lets no task go (host2: host1 is not in sync)");
});

test("where no task may go in time, none was touched", async () => {
  const { scene, rolled } = await changing({ minReadySeconds: 5 });
  scene.fake.application.exec = ({ hostname }) => (hostname === "host3" ? { exitCode: 1, stderr: "no" } : {});
  const begun = performance.now();
  await expect(rolled()).rejects.toThrow(
    "service store: 0 of 3 tasks have the change, and no other was touched, for within timeoutSeconds 60 " +
      "its own maintenance check lets no task go (host3: no)",
  );
  expect(performance.now() - begun).toBeLessThan(67_000);
  expect(updates(scene)).toBe(0);
  expect(scene.taskStates()).toEqual(all("a running"));
});

test.each([0, 1, 2])("with %i tasks changed, one that fails ends it, and no other is touched", async (before) => {
  const { scene, rolled } = await changing();
  let started = 0;
  scene.fake.application.log = () => "no such flag: --b";
  scene.fake.application.start = ({ task }) => {
    if (task.Spec.ContainerSpec.Image !== "b") return undefined;
    started += 1;
    return started > before ? { err: "task: non-zero exit (1)" } : undefined;
  };
  await expect(rolled()).rejects.toThrow(
    /its task on host host\d fails with the new settings, and no other was touched; its tasks said: task: non-zero exit \(1\) \| no such flag: --b/,
  );
  await advance(120);
  const count = (state: string) => Object.values(scene.taskStates()).filter((one) => one === state).length;
  expect([count("a running"), count("b running")]).toEqual([2 - before, before]);
});

test("a change that was killed goes on with the tasks that it had not reached", async () => {
  const { scene, id, inputs, rolled } = await changing();
  const { Version } = scene.swarm.services.get(id);
  const parked = { ...wanted, UpdateConfig: { ...CONFIG.UpdateConfig, Delay: 90 * 24 * 3600 * 1e9 } };
  scene.swarm.services.update(id, Version.Index, parked);
  await advance(60);
  expect(Object.values(scene.taskStates()).toSorted()).toEqual(["a running", "a running", "b running"]);
  await rolled();
  expect(scene.taskStates()).toEqual(all("b running"));
  expect(scene.tasks).toHaveLength(6);
  expect(inputs.spec).toEqual(wanted);
});

test("what an earlier change broke is put back before the next one touches a task", async () => {
  const { scene, id } = await changing();
  const broken = specOf("broken", CONFIG);
  scene.fake.application.start = ({ task }) =>
    task.Spec.ContainerSpec.Image === "broken" ? { err: "exit 1" } : undefined;
  scene.swarm.services.update(id, scene.swarm.services.get(id).Version.Index, broken);
  await advance(60);
  expect(Object.values(scene.taskStates()).filter((one) => one === "a running")).toHaveLength(2);
  const written: string[] = [];
  scene.fake.application.exec = () => {
    // No task may go while one does not run.
    expect(runningOf(scene)).toBe(3);
    return {};
  };
  const { update } = scene.swarm.services;
  scene.swarm.services.update = (service: string, version: number, spec: ServiceSpec) => {
    written.push(spec.TaskTemplate.ContainerSpec.Image);
    return update.call(scene.swarm.services, service, version, spec);
  };
  const inputs = scene.service(wanted, { maintenanceCommand: ["may-go"] });
  await advanceUntilSettled(runRollingUpdate(scene.find, id, wanted, inputs));
  expect(written).toEqual(["a", "b", "b", "b", "b"]);
  expect(scene.taskStates()).toEqual(all("b running"));
});

test("with a host down the others are changed, and it gets the change when it is back", async () => {
  const scene = await start(3, { managers: 1 });
  const id = await scene.run(former);
  scene.fake.engine(3).stop();
  await advance(30);
  const inputs = scene.service(wanted, { maintenanceCommand: ["may-go"] });
  await advanceUntilSettled(runRollingUpdate(scene.find, id, wanted, inputs));
  expect(said()).toContain("service store: host host3 is down: it gets the change when it comes back");
  expect(scene.taskStates()).toEqual({ host1: "b running", host2: "b running" });
  scene.fake.engine(3).start();
  await advance(30);
  expect(scene.taskStates()).toEqual(all("b running"));
});

test("the leader may be lost in the middle of it, and each task is changed once all the same", async () => {
  const scene = await start(3, { managers: 3 });
  const id = await scene.run(former);
  scene.fake.timing.election = 30_000;
  let isLost = false;
  scene.fake.application.start = ({ task }) => {
    if (task.Spec.ContainerSpec.Image === "b" && !isLost) {
      isLost = true;
      scene.swarm.loseLeader();
    }
    return undefined;
  };
  const inputs = scene.service(wanted, { maintenanceCommand: ["may-go"], timeoutSeconds: 120 });
  await advanceUntilSettled(runRollingUpdate(scene.find, id, wanted, inputs));
  expect(isLost).toBe(true);
  expect(scene.taskStates()).toEqual(all("b running"));
  expect(scene.tasks).toHaveLength(6);
});

test("another writer, a reset and a write that was made all the same change no task twice", async () => {
  const { scene, rolled } = await changing();
  const { faults } = scene.fake;
  faults.add("POST /services/", { status: 500, message: "rpc error: code = Unknown desc = update out of sequence" });
  faults.add("POST /services/", "reset");
  faults.add("POST /services/", "reset when done");
  const { replace } = scene.swarm.services;
  scene.swarm.services.replace = (service, task) => {
    // The next task goes only while all others run.
    expect(runningOf(scene)).toBe(3);
    return replace.call(scene.swarm.services, service, task);
  };
  await rolled();
  expect(faults.left).toEqual([]);
  expect(scene.taskStates()).toEqual(all("b running"));
  expect(scene.tasks).toHaveLength(6);
});

test("the Service resource rolls a change back that fails, and keeps the former settings", async () => {
  const { scene, id } = await changing();
  scene.fake.application.start = ({ task }) => (task.Spec.ContainerSpec.Image === "b" ? { err: "exit 1" } : undefined);
  const { UpdateConfig: _a, ...before } = former;
  const { UpdateConfig: _b, ...after } = wanted;
  const olds = scene.service(before, { maintenanceCommand: ["may-go"] });
  const rollout = decideRollout(before, after, []);
  const change = Service.update!(id, olds, { ...olds, spec: after, rollout });
  await expect(advanceUntilSettled(change)).rejects.toThrow(
    /fails with the new settings.*Rolled back: service store with the former settings again/,
  );
  expect(scene.taskStates()).toEqual(all("a running"));
});
