import { describe, expect, test, vi } from "vitest";
import type { Engine } from "../../../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec, TaskDetails } from "../../../../engine/types.ts";
import {
  switchPeers,
  isPeerRunningWith,
  ROLLED_BACK_LABEL,
  causeOfRollback,
} from "../../../../provider/service/peers.ts";
import { type FailedChange, rollBack, findRollbackSpec } from "../../../../provider/service/rollback.ts";
import { failedTasks } from "../../../../provider/service/convergence.ts";
import { Service } from "../../../../provider/service/service.ts";
import { type ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { ResourceError, ResourceInitError } from "../../../../provider/runtime/errors.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { addKeysFrom } from "../../../../provider/service/normalize-spec.ts";
import { decideRollout } from "../../../../provider/service/update-strategy.ts";
import { withFakeTime, specOf as fakeSpec } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const OWNER = { id: "owner", project: "p", stack: "dev", name: "store" };
const ENV = "TaskTemplate.ContainerSpec.Env";

function specOf(value: string, Name = "store-a"): ServiceSpec {
  const Labels = ownerLabels({ ...OWNER, name: Name });
  return {
    Name,
    Labels,
    Mode: { Global: {} },
    TaskTemplate: { ContainerSpec: { Image: "minio:1", Env: [`X=${value}`] } },
  };
}

function inputsOf(spec: ServiceSpec, more: Partial<ServiceInputs> = {}): ServiceInputs {
  const agreed = { restartTogether: [`${ENV}:X`], immutable: {}, tasks: 1, timeoutSeconds: 60 };
  return { managers: {}, swarmId: "swarm", owner: OWNER, nodes: {}, spec, ...agreed, ...more };
}

function taskOf({ TaskTemplate }: ServiceSpec, State: string): TaskDetails {
  const DesiredState = State === "running" ? "running" : "shutdown";
  const fields = { ID: State, ServiceID: "store-a", NodeID: "1", CreatedAt: "", DesiredState, Spec: TaskTemplate };
  return { ...fields, Status: { State, Timestamp: "" } } as TaskDetails;
}

/** A Swarm with these services. Records the specs that are sent to it. */
function swarm(services: ServiceDetails[], tasks: TaskDetails[] = []) {
  const written: Record<string, ServiceSpec> = {};
  const engine: Partial<Record<keyof Engine, unknown>> = {
    inspectService: async (id: string) => services.find(({ ID }) => ID === id),
    listServices: async () => services,
    listTasks: async () => tasks,
    listNodes: async () => [],
    updateService: async (id: string, _version: number, spec: ServiceSpec) => void (written[id] = spec),
  };
  return { manager: engine as unknown as Engine, written };
}

const serviceOf = (Spec: ServiceSpec, PreviousSpec?: ServiceSpec) =>
  ({ ID: Spec.Name, Version: { Index: 1 }, Spec, PreviousSpec }) as ServiceDetails;

describe("findRollbackSpec returns", () => {
  const [former, wanted, other] = [specOf("former"), specOf("wanted"), specOf("other")];
  test.each([
    ["the settings of the running tasks", former, former, [taskOf(former, "running")], former],
    ["settings that were changed by hand, if tasks run with them", other, former, [taskOf(other, "running")], other],
    ["nothing, if no task ran before", former, former, [taskOf(former, "failed")], undefined],
    ["nothing, if nothing changes", wanted, wanted, [taskOf(wanted, "running")], undefined],
    ["the recorded settings after a killed run", wanted, former, [taskOf(former, "shutdown")], former],
    [
      "nothing after a killed run, if the recorded settings never ran",
      wanted,
      former,
      [taskOf(former, "failed")],
      undefined,
    ],
  ])("%s", async (_what, live, recorded, tasks, expected) => {
    const { manager } = swarm([serviceOf(live)], tasks);
    expect(await findRollbackSpec(manager, "store-a", inputsOf(recorded), inputsOf(wanted))).toEqual(expected);
  });

  test("settings with undefined keys for fields that the change adds, so that they count as a difference", () => {
    expect(addKeysFrom({ a: 1, b: { c: 2 }, l: [{ x: 1 }] }, { b: {}, l: [{ y: 2 }] })).toEqual({
      a: undefined,
      b: { c: undefined },
      l: [{ x: undefined, y: 2 }],
    });
  });
});

describe("a failed change", () => {
  const [former, wanted] = [specOf("former"), specOf("wanted")];
  const [olds, news] = [inputsOf(former, { readyCommand: ["former"] }), inputsOf(wanted, { readyCommand: ["new"] })];
  const cause = new ResourceError("service store-a: its tasks keep failing");
  const failed = new ResourceInitError("store-a", news, cause.message, cause);

  async function outcome(error: unknown, more: Partial<FailedChange> = {}) {
    const { manager } = swarm([serviceOf(wanted)]);
    const apply = vi.fn<FailedChange["apply"]>(async () => undefined);
    const change = {
      find: async () => manager,
      id: "store-a",
      olds,
      news,
      previous: former,
      removedPeers: [],
      apply,
      ...more,
    };
    return { thrown: await rollBack(error, change), apply };
  }

  test("is rolled back all at once with the former commands, and leaves the state unchanged", async () => {
    const { thrown, apply } = await outcome(failed);
    expect(apply).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        spec: former,
        readyCommand: ["former"],
        validation: undefined,
        rollout: { mode: "all-at-once", reason: expect.stringContaining("X") as string },
      }),
    );
    expect(thrown).not.toBeInstanceOf(ResourceInitError);
    expect(thrown).toMatchObject({
      message:
        "service store-a: its tasks keep failing. Rolled back to the previous settings: service store-a. " +
        "Correct it and run `pulumi up` again",
    });
  });

  test("is recorded as unfinished with the previous settings if the rollback fails", async () => {
    const { thrown } = await outcome(failed, { apply: () => Promise.reject(new ResourceError("no host is up")) });
    expect(thrown).toBeInstanceOf(ResourceInitError);
    expect(thrown).toMatchObject({
      properties: olds,
      message: expect.stringContaining("Rolling back failed: no host is up") as string,
    });
  });

  test.each<[string, Partial<FailedChange>, RegExp]>([
    ["with rollback: false", { news: { ...news, rollback: false } }, /keep failing\. Correct it .*to resume$/],
    ["if no task ran before", { previous: undefined }, /keep failing\. Correct it .*to resume$/],
    [
      "if peers were removed for it",
      { removedPeers: ["store-b"] },
      /not rolled back, because store-b would be missing\. /,
    ],
  ])("is kept %s, and the next run resumes", async (_what, more, message) => {
    const { thrown, apply } = await outcome(failed, more);
    expect(apply).not.toHaveBeenCalled();
    expect(thrown).toBeInstanceOf(ResourceInitError);
    expect(thrown).toMatchObject({
      properties: { ...(more.news ?? news), serviceId: "store-a" },
      message: expect.stringMatching(message) as string,
    });
  });

  test.each([
    ["before anything changed", new ResourceError("image cannot be pulled")],
    ["without an answer", new ResourceInitError("store-a", news, "reset", new Error("reset"))],
  ])("%s is not rolled back", async (_what, error) => {
    const { thrown, apply } = await outcome(error);
    expect(thrown).toBe(error);
    expect(apply).not.toHaveBeenCalled();
  });
});

describe("a rolling update", () => {
  const { start } = withFakeTime();

  const [former, wanted] = ["minio:1", "minio:2"].map((image) =>
    fakeSpec(image, { Mode: { Replicated: { Replicas: 3 } } }),
  ) as [ServiceSpec, ServiceSpec];

  function fakeTask(ID: string, spec: ServiceSpec, State = "running"): Partial<TaskDetails> {
    const Status = { State, ContainerStatus: { ContainerID: "c" } } as TaskDetails["Status"];
    const fields = { ID, ServiceID: "one", NodeID: "a", CreatedAt: "", DesiredState: "running" as const };
    return { ...fields, Spec: spec.TaskTemplate, Status };
  }

  test.each([
    ["first", 0],
    ["second", 1],
    ["last", 2],
  ])("is rolled back with one update when the %s task fails", async (_, changed) => {
    const scene = await start(3);
    const id = await scene.run(former);
    let started = 0;
    scene.fake.application.start = ({ task }) =>
      task.Spec.ContainerSpec.Image === "minio:2" && ++started > changed ? { err: "exit 1" } : undefined;
    const written: ServiceSpec[] = [];
    const { update } = scene.swarm.services;
    scene.swarm.services.update = (service, version, spec) => {
      written.push(spec);
      update.call(scene.swarm.services, service, version, spec);
    };
    const inputs = scene.service(former, { maintenanceCommand: ["may-go"] });
    const rollout = decideRollout(former, wanted, []);
    const change = Service.update!(id, inputs, { ...inputs, spec: wanted, rollout });
    await expect(advanceUntilSettled(change)).rejects.toThrow(
      /fails with the new settings.* Rolled back to the previous settings: service store\./,
    );
    const images = written.map(({ TaskTemplate }) => TaskTemplate.ContainerSpec.Image);
    expect(images).toEqual([...Array<string>(changed + 1).fill("minio:2"), "minio:1"]);
    expect(written.at(-1)?.UpdateConfig).toMatchObject({ Parallelism: 1, Delay: 0, FailureAction: "continue" });
    const now = scene.tasks.filter(({ DesiredState }) => DesiredState === "running");
    const states = now.map(({ Spec, Status }) => `${Spec.ContainerSpec.Image} ${Status.State}`);
    expect(states).toEqual(Array(3).fill("minio:1 running"));
  });

  test("counts failures of tasks with its own spec only", () => {
    const tasks = [
      fakeTask("1", former, "failed"),
      fakeTask("2", wanted, "failed"),
      fakeTask("3", wanted, "rejected"),
      fakeTask("4", wanted),
    ] as TaskDetails[];
    expect(failedTasks(wanted, tasks).map(({ ID }) => ID)).toEqual(["2", "3"]);
    expect(failedTasks(former, tasks).map(({ ID }) => ID)).toEqual(["1"]);
  });
});

describe("peers", () => {
  const [former, wanted] = [specOf("former"), specOf("wanted")];
  const inputs = inputsOf(wanted, { peers: ["store-a", "store-b"] });
  const [formerPeer, changedPeer] = [specOf("former", "store-b"), specOf("wanted", "store-b")];
  const marked = { ...formerPeer, Labels: { ...formerPeer.Labels, [ROLLED_BACK_LABEL]: "store-a" } };
  const theirs = { ...changedPeer, Labels: {} };
  const back = { from: wanted, to: former, isRollback: true };
  const forth = { from: former, to: wanted, isRollback: false };

  test.each([
    ["are rolled back from the same change", serviceOf(changedPeer, formerPeer), back, marked],
    ["are kept if they do not have the change", serviceOf(formerPeer, changedPeer), back, undefined],
    ["are kept if they come from other settings", serviceOf(changedPeer, specOf("other", "store-b")), back, undefined],
    ["are kept if they belong to another stack", serviceOf(theirs, formerPeer), back, undefined],
    ["are switched with the next try after a rollback", serviceOf(marked, changedPeer), forth, changedPeer],
    ["are left to Pulumi otherwise", serviceOf(formerPeer, changedPeer), forth, undefined],
  ])("%s", async (_what, peer, move, expected) => {
    const { manager, written } = swarm([serviceOf(wanted), peer]);
    const moved = await switchPeers(async () => manager, inputs, move);
    expect(moved).toEqual(expected ? ["store-b"] : []);
    expect(Object.keys(written)).toEqual(moved);
    if (expected)
      expect(written["store-b"]).toMatchObject({
        Labels: expected.Labels,
        TaskTemplate: { ContainerSpec: expected.TaskTemplate.ContainerSpec },
      });
  });

  test("are kept if the change need not be the same in all tasks", async () => {
    const { manager } = swarm([serviceOf(wanted), serviceOf(changedPeer, formerPeer)]);
    expect(await switchPeers(async () => manager, { ...inputs, restartTogether: [] }, back)).toEqual([]);
  });

  test.each([
    ["one of them runs with them", changedPeer, 1, true],
    ["it does not run", changedPeer, 0, false],
    ["it has other settings", formerPeer, 1, false],
  ])("run with the wanted settings: %s", async (_what, Spec, RunningTasks, expected) => {
    const peer = { ...serviceOf(Spec), ServiceStatus: { RunningTasks, DesiredTasks: 1 } };
    const { manager } = swarm([serviceOf(former), peer]);
    expect(await isPeerRunningWith(manager, wanted, former, inputs)).toBe(expected);
  });

  test("have a label with the cause of their rollback", () => {
    expect(causeOfRollback(serviceOf(marked), formerPeer)).toBe("store-a");
    expect(causeOfRollback(serviceOf(formerPeer), formerPeer)).toBeUndefined();
  });
});
