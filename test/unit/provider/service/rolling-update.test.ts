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

/** Three hosts with a service, and a rolling update from image `a` to `b` with a maintenance check. */
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

test("replaces tasks one by one, each once the maintenance check passes in all of them", async () => {
  const { scene, id, rolled } = await changing();
  const asked: string[][] = [[]];
  scene.fake.application.exec = ({ command, hostname }) => {
    expect(command).toEqual(["may-go"]);
    // The check runs only while all tasks run, never during a step.
    expect(runningOf(scene)).toBe(3);
    asked[updates(scene)] = [...(asked[updates(scene)] ?? []), hostname];
    return {};
  };
  await rolled();
  expect(scene.taskStates()).toEqual(all("b running"));
  expect(asked.map((hosts) => hosts.toSorted())).toEqual(Array(3).fill(["host1", "host2", "host3"]));
  // One update for each task, and a last one that removes the long delay.
  expect(updates(scene)).toBe(4);
  expect(scene.swarm.services.get(id).Spec.UpdateConfig).toEqual({ ...CONFIG.UpdateConfig, Delay: undefined });
  expect(scene.tasks).toHaveLength(6);
});

test("waits until the maintenance check passes", async () => {
  const { scene, rolled } = await changing();
  const begun = Date.now();
  scene.fake.application.exec = ({ hostname }) => {
    const isSyncing = hostname === "host2" && Date.now() - begun < 40_000;
    if (isSyncing) expect(updates(scene)).toBe(0);
    return isSyncing ? { exitCode: 1, stderr: "host1 is not in sync" } : {};
  };
  await rolled();
  expect(scene.taskStates()).toEqual(all("b running"));
  expect(said()).toContain("the maintenance check does not allow a task to stop (host2: host1 is not in sync)");
});

test("changes no task if the maintenance check does not pass in time", async () => {
  const { scene, rolled } = await changing({ minReadySeconds: 5 });
  scene.fake.application.exec = ({ hostname }) => (hostname === "host3" ? { exitCode: 1, stderr: "no" } : {});
  const begun = performance.now();
  await expect(rolled()).rejects.toThrow(
    "service store: 0 of 3 tasks have the change; the update stopped after timeoutSeconds 60, and the other tasks " +
      "were not changed: the maintenance check does not allow a task to stop (host3: no)",
  );
  expect(performance.now() - begun).toBeLessThan(67_000);
  expect(updates(scene)).toBe(0);
  expect(scene.taskStates()).toEqual(all("a running"));
});

test.each([0, 1, 2])("stops when a task fails after %i were replaced, and changes no other", async (before) => {
  const { scene, rolled } = await changing();
  let started = 0;
  scene.fake.application.log = () => "no such flag: --b";
  scene.fake.application.start = ({ task }) => {
    if (task.Spec.ContainerSpec.Image !== "b") return undefined;
    started += 1;
    return started > before ? { err: "task: non-zero exit (1)" } : undefined;
  };
  await expect(rolled()).rejects.toThrow(
    /its task on host host\d fails with the new settings, and no other task was changed; output of its tasks: task: non-zero exit \(1\) \| no such flag: --b/,
  );
  await advance(120);
  const count = (state: string) => Object.values(scene.taskStates()).filter((one) => one === state).length;
  expect([count("a running"), count("b running")]).toEqual([2 - before, before]);
});

test("resumes a killed update with the remaining tasks", async () => {
  const { scene, id, inputs, rolled } = await changing();
  const { Version } = scene.swarm.services.get(id);
  const paused = { ...wanted, UpdateConfig: { ...CONFIG.UpdateConfig, Delay: 90 * 24 * 3600 * 1e9 } };
  scene.swarm.services.update(id, Version.Index, paused);
  await advance(60);
  expect(Object.values(scene.taskStates()).toSorted()).toEqual(["a running", "a running", "b running"]);
  await rolled();
  expect(scene.taskStates()).toEqual(all("b running"));
  expect(scene.tasks).toHaveLength(6);
  expect(inputs.spec).toEqual(wanted);
});

test("restores tasks that an earlier update broke before it replaces one", async () => {
  const { scene, id } = await changing();
  const broken = specOf("broken", CONFIG);
  scene.fake.application.start = ({ task }) =>
    task.Spec.ContainerSpec.Image === "broken" ? { err: "exit 1" } : undefined;
  scene.swarm.services.update(id, scene.swarm.services.get(id).Version.Index, broken);
  await advance(60);
  expect(Object.values(scene.taskStates()).filter((one) => one === "a running")).toHaveLength(2);
  const written: string[] = [];
  scene.fake.application.exec = () => {
    // No task may stop while another one does not run.
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

test("updates the other hosts while one is down, which is updated when it is back", async () => {
  const scene = await start(3, { managers: 1 });
  const id = await scene.run(former);
  scene.fake.engine(3).stop();
  await advance(30);
  const inputs = scene.service(wanted, { maintenanceCommand: ["may-go"] });
  await advanceUntilSettled(runRollingUpdate(scene.find, id, wanted, inputs));
  expect(said()).toContain("service store: host host3 is down: it is updated when it comes back");
  expect(scene.taskStates()).toEqual({ host1: "b running", host2: "b running" });
  scene.fake.engine(3).start();
  await advance(30);
  expect(scene.taskStates()).toEqual(all("b running"));
});

test("replaces each task once although the leader is lost meanwhile", async () => {
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

test("replaces no task twice after a version conflict, a reset and a lost response", async () => {
  const { scene, rolled } = await changing();
  const { faults } = scene.fake;
  faults.add("POST /services/", { status: 500, message: "rpc error: code = Unknown desc = update out of sequence" });
  faults.add("POST /services/", "reset");
  faults.add("POST /services/", "reset when done");
  const { replace } = scene.swarm.services;
  scene.swarm.services.replace = (service, task) => {
    // A task is replaced only while all others run.
    expect(runningOf(scene)).toBe(3);
    return replace.call(scene.swarm.services, service, task);
  };
  await rolled();
  expect(faults.left).toEqual([]);
  expect(scene.taskStates()).toEqual(all("b running"));
  expect(scene.tasks).toHaveLength(6);
});

test("the Service resource rolls back a failed update", async () => {
  const { scene, id } = await changing();
  scene.fake.application.start = ({ task }) => (task.Spec.ContainerSpec.Image === "b" ? { err: "exit 1" } : undefined);
  const { UpdateConfig: _a, ...before } = former;
  const { UpdateConfig: _b, ...after } = wanted;
  const olds = scene.service(before, { maintenanceCommand: ["may-go"] });
  const rollout = decideRollout(before, after, []);
  const change = Service.update!(id, olds, { ...olds, spec: after, rollout });
  await expect(advanceUntilSettled(change)).rejects.toThrow(
    /fails with the new settings.*Rolled back to the previous settings: service store\./,
  );
  expect(scene.taskStates()).toEqual(all("a running"));
});
