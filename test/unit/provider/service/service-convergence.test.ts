import { expect, test } from "vitest";
import { type ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { waitForTasksGone, waitForConvergence } from "../../../../provider/service/convergence.ts";
import { optionalManagerFinder } from "../../../../provider/swarm/with-manager.ts";
import { withFakeTime, type TestSwarm, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advance, advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start, said } = withFakeTime();

const UNDISTURBED = { earlierTasks: new Set<string>(), restarts: false };

/** Seconds that the wait for a service takes. */
async function waited(scene: TestSwarm, id: string, inputs: ServiceInputs, disturbance = UNDISTURBED): Promise<number> {
  const begun = performance.now();
  await advanceUntilSettled(waitForConvergence(scene.find, id, inputs, disturbance));
  return (performance.now() - begun) / 1_000;
}

/** The error of a wait, and after how many seconds it came. */
async function given(
  scene: TestSwarm,
  id: string,
  inputs: ServiceInputs,
): Promise<{ message: string; seconds: number }> {
  const begun = performance.now();
  const { message } = await advanceUntilSettled(
    waitForConvergence(scene.find, id, inputs, UNDISTURBED).then(
      () => new Error("it is ready"),
      (error: Error) => error,
    ),
  );
  return { message, seconds: (performance.now() - begun) / 1_000 };
}

test("a service is ready when all its tasks run", async () => {
  const scene = await start(3);
  const id = scene.swarm.services.create(specOf("a"));
  expect(await waited(scene, id, scene.service(specOf("a")))).toBeGreaterThan(0.5);
  expect(scene.taskStates()).toEqual({ host1: "a running", host2: "a running", host3: "a running" });
});

test("it must go on saying that it works for minReadySeconds", async () => {
  const scene = await start(2);
  const id = scene.swarm.services.create(specOf("a"));
  const inputs = scene.service(specOf("a"), { readyCommand: ["ready"], minReadySeconds: 16 });
  const seconds = await waited(scene, id, inputs);
  expect(seconds).toBeGreaterThanOrEqual(16);
  expect(seconds).toBeLessThan(25);
  expect(said()).toContain("all its tasks say yes; they must for 16 s (minReadySeconds)");
});

test("a task that ends meanwhile begins its time anew", async () => {
  const scene = await start(2);
  let starts = 0;
  scene.fake.application.start = ({ hostname }) =>
    hostname === "host2" && ++starts === 1 ? { err: "out of memory", afterMs: 12_000 } : undefined;
  const id = scene.swarm.services.create(specOf("a"));
  const inputs = scene.service(specOf("a"), { readyCommand: ["ready"], minReadySeconds: 16 });
  // It ran for 12 s, waited 5 s, and then has to say yes for 16 s.
  expect(await waited(scene, id, inputs)).toBeGreaterThan(12 + 5 + 16);
  expect(starts).toBe(2);
});

test("a task that says no once begins its time anew", async () => {
  const scene = await start(1);
  const begun = performance.now();
  const now = () => (performance.now() - begun) / 1_000;
  let lastNo = 0;
  scene.fake.application.exec = () => {
    if (now() > 10) return {};
    lastNo = now();
    return { exitCode: 1, stderr: "drives are missing" };
  };
  const id = scene.swarm.services.create(specOf("a"));
  const inputs = scene.service(specOf("a"), { readyCommand: ["ready"], minReadySeconds: 16 });
  const seconds = await waited(scene, id, inputs);
  expect(lastNo).toBeGreaterThan(8);
  expect(seconds - lastNo).toBeGreaterThanOrEqual(16);
  expect(said()).toContain("its tasks run, but it does not work yet (host1: drives are missing)");
});

test("tasks that fail again and again end the wait, with what they said", async () => {
  const scene = await start(1);
  scene.fake.application.start = () => ({ err: "task: non-zero exit (1)" });
  scene.fake.application.log = () => "unknown command";
  const id = scene.swarm.services.create(specOf("a"));
  const { message, seconds } = await given(scene, id, scene.service(specOf("a")));
  expect(message).toBe(
    "service store: its tasks fail again and again; its tasks said: task: non-zero exit (1) | unknown command",
  );
  expect(seconds).toBeLessThan(30);
});

test("failures of tasks with the settings of before say nothing about these", async () => {
  const scene = await start(1);
  scene.fake.application.start = ({ task }) => (task.Spec.ContainerSpec.Image === "a" ? { err: "exit 1" } : undefined);
  const id = scene.swarm.services.create(specOf("a"));
  await advance(30);
  const earlierTasks = new Set(scene.tasks.map(({ ID }) => ID));
  scene.swarm.services.update(id, scene.swarm.services.get(id).Version.Index, specOf("b"));
  await waited(scene, id, scene.service(specOf("b")), { earlierTasks, restarts: true });
  expect(scene.taskStates()).toEqual({ host1: "b running" });
});

test("tasks that failed before what was done now say nothing about it either", async () => {
  const scene = await start(1);
  scene.fake.application.start = () => ({ err: "exit 1" });
  const id = scene.swarm.services.create(specOf("a"));
  await advance(30);
  const earlierTasks = new Set(scene.tasks.map(({ ID }) => ID));
  expect(scene.tasks.filter(({ Status }) => Status.State === "failed").length).toBeGreaterThanOrEqual(3);
  // What they failed for is there now.
  scene.fake.application.start = () => undefined;
  await waited(scene, id, scene.service(specOf("a")), { earlierTasks, restarts: false });
  expect(scene.taskStates()).toEqual({ host1: "a running" });
});

test("what Swarm has not noticed yet is not taken for ready", async () => {
  const scene = await start(2);
  const id = await scene.run(specOf("a"));
  // Another label is a change that no task shows: only its updater's word tells that it is over.
  scene.swarm.services.update(id, scene.swarm.services.get(id).Version.Index, specOf("a", { Labels: { a: "b" } }));
  const inputs = scene.service(specOf("a", { Labels: { a: "b" } }));
  expect(await waited(scene, id, inputs, { ...UNDISTURBED, restarts: true })).toBeGreaterThanOrEqual(5);
  expect(await waited(scene, id, inputs)).toBeLessThan(1);
});

test("an update that Swarm paused is an error with its word", async () => {
  const scene = await start(3);
  const id = await scene.run(specOf("a"));
  scene.fake.application.start = ({ task }) => (task.Spec.ContainerSpec.Image === "b" ? { err: "exit 1" } : undefined);
  const wanted = specOf("b", { UpdateConfig: { Parallelism: 1, FailureAction: "pause" } });
  scene.swarm.services.update(id, scene.swarm.services.get(id).Version.Index, wanted);
  const { message } = await given(scene, id, scene.service(wanted));
  expect(message).toMatch(
    /^service store: Swarm paused the update: update paused due to failure or early termination of task \w+; its tasks said: exit 1$/,
  );
});

test("where no node is fit, it says that Swarm has placed none", async () => {
  const scene = await start(1);
  const nowhere = specOf("a");
  nowhere.TaskTemplate.Placement = { Constraints: ["node.labels.zone == moon"] };
  const id = scene.swarm.services.create(nowhere);
  const { message, seconds } = await given(scene, id, scene.service(nowhere, { timeoutSeconds: 30 }));
  expect(message).toContain("0 of 1 tasks run; Swarm has placed none: does a node match its constraints?");
  expect(seconds).toBeLessThan(32);
});

test("a leader that is missing for 30 s is waited for", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.timing.election = 30_000;
  const id = scene.swarm.services.create(specOf("a"));
  scene.swarm.loseLeader();
  const seconds = await waited(scene, id, scene.service(specOf("a"), { timeoutSeconds: 120 }));
  expect(seconds).toBeGreaterThanOrEqual(30);
  expect(seconds).toBeLessThan(40);
});

test("a manager that restarts is waited for, or another one is asked", async () => {
  const scene = await start(1);
  const id = await scene.run(specOf("a"));
  scene.fake.engine(1).stop();
  setTimeout(() => scene.fake.engine(1).start(), 10_000);
  const seconds = await waited(scene, id, scene.service(specOf("a"), { timeoutSeconds: 120 }));
  expect(seconds).toBeGreaterThan(10);
  expect(scene.taskStates()).toEqual({ host1: "a running" });
});

test.each([0, 16])(
  "the time limit is one deadline, with %i s of minReadySeconds beside it",
  async (minReadySeconds) => {
    const scene = await start(2);
    const id = await scene.run(specOf("a"));
    // A command that never ends, and a manager that thinks for long before each answer.
    scene.fake.application.exec = () => ({ durationMs: 3_600_000 });
    scene.fake.faults.add("GET /info", { lateMs: 4_000 }, { times: Infinity });
    const inputs = scene.service(specOf("a"), { readyCommand: ["ready"], minReadySeconds, timeoutSeconds: 60 });
    const { message, seconds } = await given(scene, id, inputs);
    expect(message).toContain("not ready within timeoutSeconds 60");
    expect(seconds).toBeGreaterThanOrEqual(60 + minReadySeconds);
    expect(seconds).toBeLessThan(60 + minReadySeconds + 8);
  },
);

test("without any manager the time limit holds too", async () => {
  const scene = await start(3, { managers: 3 });
  const id = await scene.run(specOf("a"));
  for (const number of [1, 2]) scene.fake.engine(number).stop();
  const { message, seconds } = await given(scene, id, scene.service(specOf("a"), { timeoutSeconds: 30 }));
  expect(message).toContain("not ready within timeoutSeconds 30: no manager of the Swarm");
  expect(message).toContain("sees no quorum");
  expect(seconds).toBeLessThan(36);
});

test("a removed service is gone when its last task has stopped", async () => {
  const scene = await start(2);
  const id = await scene.run(specOf("a"));
  scene.fake.timing.taskStop = 20_000;
  scene.swarm.services.remove(id);
  const begun = performance.now();
  await advanceUntilSettled(waitForTasksGone(optionalManagerFinder(scene.address), id, scene.service(specOf("a"))));
  expect(performance.now() - begun).toBeGreaterThanOrEqual(20_000);
  expect(scene.tasks).toEqual([]);
});
