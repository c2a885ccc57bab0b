import { expect, test, vi } from "vitest";
import { EngineError } from "../../../../engine/transport.ts";
import type { Engine } from "../../../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec, TaskDetails } from "../../../../engine/types.ts";
import { removeValidationServices, runValidation } from "../../../../provider/service/validation-run.ts";
import { VALIDATION_LABEL } from "../../../../provider/service/settings-validation.ts";
import { type SettingsValidation } from "../../../../core/service-update.ts";

vi.mock(import("../../../../provider/service/task-exec.ts"), async (original) => ({
  ...(await original()),
  findTaskContainer: (_nodes, { ID }) => ({ host: "a", engine: {} as Engine, container: ID }),
  execFailure: async () => undefined,
}));

const validation: SettingsValidation = {
  args: [],
  mounts: [],
  readyCommand: ["ready"],
  environmentArgument: "environment",
  unlessVariables: ["MINIO_ETCD_ENDPOINTS"],
};

const specOf = (value: string): ServiceSpec => ({
  Name: "store",
  Mode: { Global: {} },
  TaskTemplate: { ContainerSpec: { Image: "minio", Env: [`MINIO_X=${value}`] }, Networks: [{ Target: "net" }] },
});

type Ending = "runs" | "failed" | "rejected";

/** A Swarm in which containers end as given for their value of the variable. */
function swarm(endings: Record<string, Ending>) {
  const services = new Map<string, ServiceSpec>();
  const created: string[] = [];
  const stateOf = ({ TaskTemplate }: ServiceSpec) =>
    endings[(TaskTemplate.ContainerSpec.Env?.[0] ?? "").split("=")[1] ?? ""];
  const taskOf = (ID: string, spec: ServiceSpec) => {
    const State = stateOf(spec) === "runs" ? "running" : stateOf(spec);
    return { ID, ServiceID: ID, Status: { State, ContainerStatus: { ContainerID: ID } } } as TaskDetails;
  };
  const engine: Partial<Record<keyof Engine, unknown>> = {
    inspectNetwork: async () => ({ Id: "net", Driver: "overlay" }),
    listServices: async ({ label }: { label: string[] }) =>
      [...services].flatMap(([ID, Spec]) =>
        label[0] === `${VALIDATION_LABEL}=${Spec.Labels?.[VALIDATION_LABEL]}` ? [{ ID, Spec } as ServiceDetails] : [],
      ),
    createService: async (spec: ServiceSpec) => {
      const id = `${created.push(spec.TaskTemplate.ContainerSpec.Env?.[0] ?? "")}`;
      if (stateOf(spec) === undefined) throw new EngineError(400, "no such network");
      services.set(id, spec);
      return id;
    },
    listTasks: async () => [...services].map(([id, spec]) => taskOf(id, spec)),
    tailTaskLog: async () => "FATAL Invalid MINIO_X value",
    removeService: async (id: string) => void services.delete(id),
  };
  return { manager: engine as unknown as Engine, services, created };
}

async function validated(endings: Record<string, Ending>, wanted = specOf("new")) {
  const { manager, services, created } = swarm(endings);
  const said = vi.spyOn(console, "log").mockReturnValue(undefined);
  const work = runValidation(async () => manager, { Spec: specOf("old") }, wanted, {
    validation,
    nodes: {},
    restartTogether: [],
  });
  const error = await work.then(() => undefined, String);
  const lines = said.mock.calls.flat().join("\n");
  said.mockRestore();
  return { error, lines, created, left: services.size };
}

test.each<[string, Record<string, Ending>, RegExp, string[]]>([
  [
    "fail while the present ones start",
    { new: "failed", old: "runs" },
    /store: environment\.MINIO_X "new": .*FATAL Invalid/,
    ["MINIO_X=new", "MINIO_X=old"],
  ],
])("rejects settings that %s, and leaves no container", async (_what, endings, message, tried) => {
  const { error, created, left } = await validated(endings);
  expect(error).toMatch(message);
  expect({ created, left }).toEqual({ created: tried, left: 0 });
});

test.each<[string, Record<string, Ending>, RegExp, string[]]>([
  ["start", { new: "runs" }, /^$/, ["MINIO_X=new"]],
  [
    "fail just as the present ones do",
    { new: "failed", old: "failed" },
    /could not be validated first: FATAL/,
    ["MINIO_X=new", "MINIO_X=old"],
  ],
  ["have no container", { new: "rejected" }, /could not be validated first/, ["MINIO_X=new"]],
  ["the engine does not accept", {}, /could not be validated first: no such network/, ["MINIO_X=new"]],
])("accepts settings that %s, and leaves no container", async (_what, endings, said, tried) => {
  const { error, lines, created, left } = await validated(endings);
  expect(error).toBeUndefined();
  expect(lines).toMatch(said);
  expect({ created, left }).toEqual({ created: tried, left: 0 });
});

test("does not start settings that lead outside the container", async () => {
  const wanted = specOf("new");
  wanted.TaskTemplate.ContainerSpec.Env = ["MINIO_ETCD_ENDPOINTS=http://e:2379"];
  const { lines, created } = await validated({}, wanted);
  expect(lines).toMatch(/not validated first: with MINIO_ETCD_ENDPOINTS/);
  expect(created).toEqual([]);
});

test("removes what a killed run orphaned, and nothing else", async () => {
  const { manager, services } = swarm({ old: "runs" });
  services.set("left", { ...specOf("old"), Labels: { [VALIDATION_LABEL]: "store" } });
  services.set("other", { ...specOf("old"), Labels: { [VALIDATION_LABEL]: "other" } });
  services.set("store", specOf("old"));
  await removeValidationServices(manager, "store");
  expect([...services.keys()]).toEqual(["other", "store"]);
});
