import { expect, test } from "vitest";
import type { Engine } from "../../../../engine/engine.ts";
import type { NodeDetails, ServiceDetails, ServiceSpec, TaskDetails } from "../../../../engine/types.ts";
import { type ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { waitForTasksGone, waitForConvergence } from "../../../../provider/service/convergence.ts";
import { optionalManagerFinder } from "../../../../provider/swarm/with-manager.ts";
import { withFakeTime, type TestSwarm, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advance, advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start, said } = withFakeTime();

const UNDISTURBED = { earlierTasks: new Set<string>(), restarts: false };

/** Returns the seconds until the service is ready. */
async function secondsUntilReady(
  scene: TestSwarm,
  id: string,
  inputs: ServiceInputs,
  context = UNDISTURBED,
): Promise<number> {
  const begun = performance.now();
  await advanceUntilSettled(waitForConvergence(scene.find, id, inputs, context));
  return (performance.now() - begun) / 1_000;
}

/** Returns the error of a wait and the seconds until then. */
async function failWaiting(
  scene: TestSwarm,
  id: string,
  inputs: ServiceInputs,
): Promise<{ message: string; seconds: number }> {
  const begun = performance.now();
  const { message } = await advanceUntilSettled(
    waitForConvergence(scene.find, id, inputs, UNDISTURBED).then(
      () => new Error("the service is ready"),
      (error: Error) => error,
    ),
  );
  return { message, seconds: (performance.now() - begun) / 1_000 };
}

test("a service is ready when all its tasks run", async () => {
  const scene = await start(3);
  const id = scene.swarm.services.create(specOf("a"));
  expect(await secondsUntilReady(scene, id, scene.service(specOf("a")))).toBeGreaterThan(0.5);
  expect(scene.taskStates()).toEqual({ host1: "a running", host2: "a running", host3: "a running" });
});

test("Swarm's reason why tasks are not placed is reported, and part of the error", async () => {
  const scene = await start(1);
  const spec = specOf("a", {
    Mode: { Replicated: { Replicas: 2 } },
    TaskTemplate: { ContainerSpec: { Image: "a" }, Placement: { Constraints: ["node.labels.disk == fast"] } },
  });
  const id = scene.swarm.services.create(spec);
  const { message } = await failWaiting(scene, id, scene.service(spec));
  const reason = "0 of 2 tasks run (pending: no suitable node (scheduling constraints not satisfied on any node))";
  expect(message).toBe(`service store: not ready within timeoutSeconds 60: ${reason}`);
  expect(said()).toContain(reason);
});

test("readyCommand must keep succeeding for minReadySeconds", async () => {
  const scene = await start(2);
  const id = scene.swarm.services.create(specOf("a"));
  const inputs = scene.service(specOf("a"), { readyCommand: ["ready"], minReadySeconds: 16 });
  const seconds = await secondsUntilReady(scene, id, inputs);
  expect(seconds).toBeGreaterThanOrEqual(16);
  expect(seconds).toBeLessThan(25);
  expect(said()).toContain("all its tasks are ready; they must stay so for 16 s (minReadySeconds)");
});

test("minReadySeconds starts over when a task ends meanwhile", async () => {
  const scene = await start(2);
  let starts = 0;
  scene.fake.application.start = ({ hostname }) =>
    hostname === "host2" && ++starts === 1 ? { err: "out of memory", afterMs: 12_000 } : undefined;
  const id = scene.swarm.services.create(specOf("a"));
  const inputs = scene.service(specOf("a"), { readyCommand: ["ready"], minReadySeconds: 16 });
  // The task runs for 12 s, restarts after 5 s and must then stay ready for 16 s.
  expect(await secondsUntilReady(scene, id, inputs)).toBeGreaterThan(12 + 5 + 16);
  expect(starts).toBe(2);
});

test("minReadySeconds starts over when readyCommand fails once", async () => {
  const scene = await start(1);
  const begun = performance.now();
  const now = () => (performance.now() - begun) / 1_000;
  let lastFailure = 0;
  scene.fake.application.exec = () => {
    if (now() > 10) return {};
    lastFailure = now();
    return { exitCode: 1, stderr: "drives are missing" };
  };
  const id = scene.swarm.services.create(specOf("a"));
  const inputs = scene.service(specOf("a"), { readyCommand: ["ready"], minReadySeconds: 16 });
  const seconds = await secondsUntilReady(scene, id, inputs);
  expect(lastFailure).toBeGreaterThan(8);
  expect(seconds - lastFailure).toBeGreaterThanOrEqual(16);
  expect(said()).toContain("its tasks run, but the readiness check does not pass yet (host1: drives are missing)");
});

test("tasks that keep failing end the wait with their logs", async () => {
  const scene = await start(1);
  scene.fake.application.start = () => ({ err: "task: non-zero exit (1)" });
  scene.fake.application.log = () => "unknown command";
  const id = scene.swarm.services.create(specOf("a"));
  const { message, seconds } = await failWaiting(scene, id, scene.service(specOf("a")));
  expect(message).toBe(
    "service store: its tasks keep failing; output of its tasks: task: non-zero exit (1) | unknown command",
  );
  expect(seconds).toBeLessThan(30);
});

test("failures of tasks with the former spec do not count", async () => {
  const scene = await start(1);
  scene.fake.application.start = ({ task }) => (task.Spec.ContainerSpec.Image === "a" ? { err: "exit 1" } : undefined);
  const id = scene.swarm.services.create(specOf("a"));
  await advance(30);
  const earlierTasks = new Set(scene.tasks.map(({ ID }) => ID));
  scene.swarm.services.update(id, scene.swarm.services.get(id).Version.Index, specOf("b"));
  await secondsUntilReady(scene, id, scene.service(specOf("b")), { earlierTasks, restarts: true });
  expect(scene.taskStates()).toEqual({ host1: "b running" });
});

test("failures from before the change do not count", async () => {
  const scene = await start(1);
  scene.fake.application.start = () => ({ err: "exit 1" });
  const id = scene.swarm.services.create(specOf("a"));
  await advance(30);
  const earlierTasks = new Set(scene.tasks.map(({ ID }) => ID));
  expect(scene.tasks.filter(({ Status }) => Status.State === "failed").length).toBeGreaterThanOrEqual(3);
  // The cause of the failures is fixed now.
  scene.fake.application.start = () => undefined;
  await secondsUntilReady(scene, id, scene.service(specOf("a")), { earlierTasks, restarts: false });
  expect(scene.taskStates()).toEqual({ host1: "a running" });
});

test("waits until Swarm has had time to start the update", async () => {
  const scene = await start(2);
  const id = await scene.run(specOf("a"));
  // No task shows another label of the service: only UpdateStatus tells when the update is complete.
  scene.swarm.services.update(id, scene.swarm.services.get(id).Version.Index, specOf("a", { Labels: { a: "b" } }));
  const inputs = scene.service(specOf("a", { Labels: { a: "b" } }));
  expect(await secondsUntilReady(scene, id, inputs, { ...UNDISTURBED, restarts: true })).toBeGreaterThanOrEqual(5);
  expect(await secondsUntilReady(scene, id, inputs)).toBeLessThan(1);
});

test("an update that Swarm paused is an error with Swarm's message", async () => {
  const scene = await start(3);
  const id = await scene.run(specOf("a"));
  scene.fake.application.start = ({ task }) => (task.Spec.ContainerSpec.Image === "b" ? { err: "exit 1" } : undefined);
  const wanted = specOf("b", { UpdateConfig: { Parallelism: 1, FailureAction: "pause" } });
  scene.swarm.services.update(id, scene.swarm.services.get(id).Version.Index, wanted);
  const { message } = await failWaiting(scene, id, scene.service(wanted));
  expect(message).toMatch(
    /^service store: Swarm paused the update: update paused due to failure or early termination of task \w+; output of its tasks: exit 1$/,
  );
});

test("reports that Swarm has placed no task if no node matches", async () => {
  const scene = await start(1);
  const unplaceable = specOf("a");
  unplaceable.TaskTemplate.Placement = { Constraints: ["node.labels.zone == moon"] };
  const id = scene.swarm.services.create(unplaceable);
  const { message, seconds } = await failWaiting(scene, id, scene.service(unplaceable, { timeoutSeconds: 30 }));
  expect(message).toContain("0 of 1 tasks run; Swarm has placed none: does a node match its constraints?");
  expect(seconds).toBeLessThan(32);
});

test("reports the availability of hosts without a task", async () => {
  const scene = await start(2);
  const { ID, Spec, Version } = (await scene.engine(1).listNodes()).find(
    ({ Description }) => Description.Hostname === "host2",
  )!;
  await scene.engine(1).updateNode(ID, Version.Index, { ...Spec, Availability: "drain" });
  const id = scene.swarm.services.create(specOf("a"));
  const { message } = await failWaiting(scene, id, scene.service(specOf("a"), { timeoutSeconds: 30 }));
  expect(message).toContain("1 of 2 tasks run; host host2 takes no tasks: its availability is drain");
});

test("waits while the Swarm has no leader for 30 s", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.timing.election = 30_000;
  const id = scene.swarm.services.create(specOf("a"));
  scene.swarm.loseLeader();
  const seconds = await secondsUntilReady(scene, id, scene.service(specOf("a"), { timeoutSeconds: 120 }));
  expect(seconds).toBeGreaterThanOrEqual(30);
  expect(seconds).toBeLessThan(40);
});

test("waits for a manager that restarts", async () => {
  const scene = await start(1);
  const id = await scene.run(specOf("a"));
  scene.fake.engine(1).stop();
  setTimeout(() => scene.fake.engine(1).start(), 10_000);
  const seconds = await secondsUntilReady(scene, id, scene.service(specOf("a"), { timeoutSeconds: 120 }));
  expect(seconds).toBeGreaterThan(10);
  expect(scene.taskStates()).toEqual({ host1: "a running" });
});

test.each([0, 16])("the timeout is one deadline, plus %i s of minReadySeconds", async (minReadySeconds) => {
  const scene = await start(2);
  const id = await scene.run(specOf("a"));
  // The command never ends, and the manager answers slowly.
  scene.fake.application.exec = () => ({ durationMs: 3_600_000 });
  scene.fake.faults.add("GET /info", { lateMs: 4_000 }, { times: Infinity });
  const inputs = scene.service(specOf("a"), { readyCommand: ["ready"], minReadySeconds, timeoutSeconds: 60 });
  const { message, seconds } = await failWaiting(scene, id, inputs);
  expect(message).toContain("not ready within timeoutSeconds 60");
  expect(seconds).toBeGreaterThanOrEqual(60 + minReadySeconds);
  expect(seconds).toBeLessThan(60 + minReadySeconds + 8);
});

test("the timeout also applies without any manager", async () => {
  const scene = await start(3, { managers: 3 });
  const id = await scene.run(specOf("a"));
  for (const number of [1, 2]) scene.fake.engine(number).stop();
  const { message, seconds } = await failWaiting(scene, id, scene.service(specOf("a"), { timeoutSeconds: 30 }));
  expect(message).toContain("not ready within timeoutSeconds 30: no manager of the Swarm");
  expect(message).toContain("sees no quorum");
  expect(seconds).toBeLessThan(36);
});

test("waits until the last task of a removed service has stopped", async () => {
  const scene = await start(2);
  const id = await scene.run(specOf("a"));
  scene.fake.timing.taskStop = 20_000;
  scene.swarm.services.remove(id);
  const begun = performance.now();
  await advanceUntilSettled(waitForTasksGone(optionalManagerFinder(scene.address), id, scene.service(specOf("a"))));
  expect(performance.now() - begun).toBeGreaterThanOrEqual(20_000);
  expect(scene.tasks).toEqual([]);
});

const minio: ServiceSpec = {
  Name: "store-a",
  Mode: { Replicated: { Replicas: 1 } },
  TaskTemplate: { ContainerSpec: { Image: "minio@sha256:2" } },
};
const node = (ID: string, State: NodeDetails["Status"]["State"]) =>
  ({
    ID,
    Status: { State, Addr: "" },
    Description: { Hostname: `node-${ID}` },
    Spec: { Availability: "active" },
  }) as NodeDetails;
const taskOf = (ServiceID: string, NodeID: string) =>
  ({
    ...{ ID: `task-${ServiceID}`, ServiceID, NodeID, DesiredState: "running", CreatedAt: "", Spec: minio.TaskTemplate },
    Status: { State: "running" },
  }) as TaskDetails;

/** A Swarm of two nodes: a service on the one that is down and its peer on the other. */
function managerWithDownNode(): Engine {
  const services = ["store-a", "store-b"].map((Name) => ({ ID: Name, Spec: { ...minio, Name } }) as ServiceDetails);
  const tasks = [taskOf("store-a", "1"), taskOf("store-b", "2")];
  const engine: Partial<Record<keyof Engine, unknown>> = {
    inspectService: async (id: string) => services.find(({ ID }) => ID === id),
    listServices: async () => services,
    listTasks: async ({ service }: { service: string[] }) =>
      tasks.filter(({ ServiceID }) => service.includes(ServiceID)),
    listNodes: async () => [node("1", "down"), node("2", "ready")],
  };
  return engine as unknown as Engine;
}

const waitWithPeers = (peers: string[]) => {
  const inputs = { spec: minio, peers, nodes: {}, tasks: 1, timeoutSeconds: 0.1 } as unknown as ServiceInputs;
  return advanceUntilSettled(waitForConvergence(async () => managerWithDownNode(), "store-a", inputs, UNDISTURBED));
};

test("a service whose hosts are all down is not ready", async () => {
  await expect(waitWithPeers(["store-a"])).rejects.toThrow(
    /not ready within timeoutSeconds 0.1: all its hosts are down/,
  );
});

test("a service whose hosts are all down is ready if its peers run: it is updated later", async () => {
  await waitWithPeers(["store-a", "store-b"]);
});
