import { exec } from "../../../engine/exec.ts";
import type { ServiceSpec, TaskDetails } from "../../../engine/types.ts";
import { type Recorder, waitUntil } from "./script.ts";

export async function objects(script: Recorder): Promise<void> {
  const engine = script.engine(1);
  const overlay = { Name: "net", Driver: "overlay", CheckDuplicate: true as const, Attachable: true };
  const network = await script.ask(
    "a network is made",
    engine.request<{ Id: string }>("POST", "/networks/create", { body: overlay }),
  );
  await script.ask("a network of that name again", engine.createNetwork(overlay));
  // Swarm allocates the addresses after it has answered.
  await waitUntil("the network has a subnet", async () =>
    Boolean((await engine.inspectNetwork("net"))?.IPAM.Config?.length),
  );
  await script.ask("the network", engine.inspectNetwork("net"));
  await script.ask("a network that every engine has", engine.removeNetwork("bridge"));
  for (const kind of ["secret", "config"] as const) {
    const body = { Name: "one", Labels: { a: "b" }, Data: Buffer.from("x").toString("base64") };
    const create = () => engine.request<{ ID: string }>("POST", `/${kind}s/create`, { body });
    const { ID } = await script.ask(`a ${kind} is made`, create());
    await script.ask(`a ${kind} of that name again`, create());
    const list = (label: string) =>
      kind === "secret" ? engine.listSecrets({ label: [label] }) : engine.listConfigs({ label: [label] });
    await script.ask(`${kind}s`, list("a=b"));
    await script.ask(`${kind}s with another label`, list("a=c"));
    script.ids[kind] = ID;
  }
  script.ids["network"] = network.Id;
}

export async function service(script: Recorder): Promise<void> {
  const engine = script.engine(1);
  const File = { Name: "one", UID: "0", GID: "0", Mode: 0o444 };
  const { secret = "", config = "", network = "" } = script.ids;
  const spec: ServiceSpec = {
    ...{ Name: "web", Labels: { a: "b" }, Mode: { Global: {} } },
    TaskTemplate: {
      ContainerSpec: {
        ...{ Image: script.stage.image, Args: ["server", "/tmp"] },
        Secrets: [{ SecretID: secret, SecretName: "one", File }],
        Configs: [{ ConfigID: config, ConfigName: "one", File }],
      },
      Networks: [{ Target: network }],
      Placement: { Constraints: ["node.role == manager"] },
    },
  };
  const id = await engine.createService(spec);
  const tasks = () => engine.listTasks({ service: [id], "desired-state": ["running"] });
  const settled = (Image: string) => async () => {
    const running = (await tasks()).filter(({ Status, Spec }) => {
      return Status.State === "running" && Spec.ContainerSpec.Image === Image;
    });
    return running.length === 2;
  };
  await waitUntil("the service runs", settled(script.stage.image));
  await script.ask("a service", engine.inspectService(id));
  await script.ask("services with their status", engine.listServices({ label: ["a=b"] }));
  await script.ask("a task that runs", engine.listTasks({ service: [id], "desired-state": ["running"] }));
  await script.ask("a service of that name again", engine.createService(spec));
  await script.ask("a service that is not there", engine.inspectService("nothing"));
  await script.ask("tasks of a service that is not there", engine.listTasks({ service: ["nothing"] }));
  await script.ask("a service out of sequence", engine.updateService(id, 1, spec));
  const { Version } = await engine.inspectService(id);
  await script.ask("a service with another name", engine.updateService(id, Version.Index, { ...spec, Name: "other" }));
  await script.ask("a secret in use", engine.removeSecret(secret));
  await script.ask("a config in use", engine.removeConfig(config));
  await script.ask("a network in use", engine.removeNetwork(network));
  await commands(script, await tasks());
  await update(script, id, spec);
  await script.ask("a service is removed", engine.removeService(id));
  await waitUntil("its tasks are gone", async () => (await engine.listTasks()).length === 0);
  await waitUntil("the network is free", async () =>
    engine.removeNetwork(network).then(
      () => true,
      () => false,
    ),
  );
  await script.ask("a secret is removed", engine.removeSecret(secret));
  await script.ask("a secret that is gone", engine.removeSecret(secret));
}

async function commands(script: Recorder, tasks: readonly TaskDetails[]): Promise<void> {
  const engine = script.engine(1);
  const { NodeID } = (await engine.info()).Swarm;
  const container = tasks.find((task) => task.NodeID === NodeID)?.Status.ContainerStatus?.ContainerID ?? "";
  await script.ask("a container", engine.inspectContainer(container));
  await script.ask("a task's container in the list", engine.listContainers({ status: ["running"] }));
  await script.ask(
    "a command",
    exec(engine, container, ["mc", "--version"]).then(({ exitCode }) => String(exitCode)),
  );
}

/** Runs an update that fails: Swarm pauses it and keeps the previous spec. */
async function update(script: Recorder, id: string, spec: ServiceSpec): Promise<void> {
  const engine = script.engine(1);
  const { Version } = await engine.inspectService(id);
  const wanted = structuredClone(spec);
  wanted.TaskTemplate.ContainerSpec.Command = ["/nothing-there"];
  wanted.UpdateConfig = { Parallelism: 1, Delay: 0, FailureAction: "pause", Monitor: 5e9, Order: "stop-first" };
  await script.ask(
    "an update",
    engine.request("POST", `/services/${id}/update`, { query: { version: Version.Index }, body: wanted }),
  );
  const state = async () => (await engine.inspectService(id)).UpdateStatus?.State;
  await waitUntil("the update is paused", async () => (await state()) === "paused");
  const { UpdateStatus } = await engine.inspectService(id);
  script.answers["a paused update"] = { shape: UpdateStatus?.Message.replace(/\w{25}/, ":id") };
  await script.ask("a service after a paused update", engine.inspectService(id));
  await waitUntil("a task has failed", async () =>
    (await engine.listTasks({ service: [id] })).some(({ Status }) => /failed|rejected/.test(Status.State)),
  );
}
