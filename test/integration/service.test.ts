import { beforeAll, expect, test, vi } from "vitest";
import type { ContainerSpec } from "../../components/engine/types.ts";
import { Cluster } from "../../components/provider/cluster.ts";
import { Service, type ServiceInputs, type ServiceState } from "../../components/provider/service.ts";
import { ownerLabels } from "../../components/shared/labels.ts";
import { buildImage } from "../../toolchain/minio-image.ts";
import { onLab } from "./scene.ts";

/** The handler as Pulumi calls it, on a real engine: failures and what comes after them. */
onLab("a service", (scene) => {
  const owner = { id: "this-state", project: "project", stack: "stack", name: "service" };
  let base: Omit<ServiceInputs, "spec">;
  let made: { id: string; outs: ServiceState };

  beforeAll(async () => {
    const { host } = scene();
    const connection = { host: host.socket };
    const managers = { one: connection };
    const first = { hostKey: "one", advertiseAddress: "127.0.0.1", listenAddress: "127.0.0.1:2377" };
    const cluster = await Cluster.create({ managers, owner, first, adopt: false, allowOutage: false });
    const [node] = await host.engine.nodes();
    const nodes = { one: { nodeId: node?.ID ?? "", connection } };
    const agreed = { restartTogether: [], frozen: {}, tasks: 1, timeoutSeconds: 60 };
    base = { managers, swarmId: cluster.id, owner, nodes, ...agreed };
  });

  /** What `up` would hand over, after what it handed over before. */
  async function asked(container: Partial<ContainerSpec>): Promise<ServiceInputs> {
    const ContainerSpec = { Image: scene().images.a, Args: ["server", "/tmp"], ...container };
    const spec = { Name: "service", Labels: ownerLabels(owner), Mode: { Global: {} }, TaskTemplate: { ContainerSpec } };
    return (await Service.check!(made?.outs ?? {}, { ...base, spec })).inputs;
  }

  async function update(container: Partial<ContainerSpec>, options: Partial<ServiceInputs> = {}): Promise<void> {
    const news = { ...(await asked(container)), ...options };
    made = { id: made.id, outs: (await Service.update!(made.id, made.outs, news)).outs };
  }

  test("is made when its tasks run, and is read back as it was asked for", async () => {
    made = await Service.create(await asked({}));
    const { props } = await Service.read(made.id, made.outs);
    expect((await Service.diff(made.id, props!, made.outs)).changes).toBe(false);
  });

  test("of another state is refused, whatever its names, and its owner named", async () => {
    const theirs = { ...(await asked({})), owner: { ...owner, id: "another-state" } };
    await expect(Service.create(theirs)).rejects.toThrow(
      'spec.Name "service": a service of that name belongs to another state: project project, stack stack, identity this-state: ' +
        "use the state that created it, set adopt: true, or choose another name",
    );
  });

  test("keeps its tasks when its project, stack or component is renamed", async () => {
    const tasks = async () => (await scene().host.engine.tasks({ service: [made.id] })).map(({ ID }) => ID).toSorted();
    const before = await tasks();
    const renamed = { ...owner, project: "renamed", stack: "renamed", name: "renamed" };
    const { spec, ...rest } = await asked({});
    const inputs = { ...rest, owner: renamed, spec: { ...spec, Labels: ownerLabels(renamed) } };
    expect(await Service.diff(made.id, made.outs, inputs)).toMatchObject({ changes: true, replaces: [] });
    made = { id: made.id, outs: (await Service.update!(made.id, made.outs, inputs)).outs };
    expect((await scene().host.engine.service(made.id)).Spec.Labels).toEqual(ownerLabels(renamed));
    expect(await tasks()).toEqual(before);
  });

  test("leaves secrets alone that it does not use, also those without labels", async () => {
    const { engine } = scene().host;
    const secret = (Name: string, Labels?: Record<string, string>) =>
      engine.request<{ ID: string }>("POST", "/secrets/create", { body: { Name, Labels, Data: "eA==" } });
    const used = await secret("app-key");
    await secret("db-password");
    await secret("other", { "com.docker.stack.namespace": "x" });
    const File = { Name: "key", UID: "0", GID: "0", Mode: 0o400 };
    await update({ Args: ["server", "/tmp"], Secrets: [{ SecretID: used.ID, SecretName: "app-key", File }] });
    expect((await engine.secrets()).map(({ Spec }) => Spec.Name).toSorted()).toEqual([
      "app-key",
      "db-password",
      "other",
    ]);
  });

  test("that fails says what its tasks said, and runs with its former settings again", async () => {
    const { engine } = scene().host;
    const { Spec } = await engine.service(made.id);
    await expect(update({ Args: ["no-such-command"] })).rejects.toThrow(
      /its tasks said: .*non-zero exit.*no-such-command.* Rolled back: service service with the former settings again/,
    );
    expect((await engine.service(made.id)).Spec.TaskTemplate).toEqual(Spec.TaskTemplate);
    const { props } = await Service.read(made.id, made.outs);
    expect((await Service.diff(made.id, props!, made.outs)).changes).toBe(false);
  });

  test("is changed by the next update", async () => {
    await update({ Args: ["server", "/tmp/x"] });
    const service = await scene().host.engine.service(made.id);
    expect(service.UpdateStatus?.State).toBe("completed");
  });

  test("whose update was given up goes on when what stood in its way is gone, with nothing changed", async () => {
    const { engine } = scene().host;
    const { b } = scene().images;
    await engine.request("DELETE", `/images/${b}`, { query: { force: true } });
    await expect(update({ Image: b }, { rollback: false })).rejects.toThrow(/its tasks said: .*No such image/);
    expect(await buildImage(engine, { variant: "b" })).toBe(b);
    await update({ Image: b });
    expect((await engine.service(made.id)).Spec.TaskTemplate.ContainerSpec.Image).toBe(b);
  });

  test("whose tasks lock things stops no second task before what a former one had locked is free", async () => {
    const { host, images } = scene();
    const locked = (lines: string) => host.run("sh", "-c", `mkdir -p /run/locks; echo '${lines}' >/run/locks/all`);
    const said = vi.spyOn(console, "log");
    const container = {
      Image: images.b,
      Args: ["server", "/tmp"],
      Hostname: "task-{{.Task.Slot}}",
      Mounts: [{ Type: "bind" as const, Source: "/run/locks", Target: "/locks" }],
    };
    const askedWith = (Env: string[]): ServiceInputs => ({
      ...base,
      tasks: 3,
      maintenanceCommand: ["mc", "--version"],
      locksCommand: ["mc", "cat", "/locks/all"],
      spec: {
        Name: "locking",
        Labels: ownerLabels(owner),
        Mode: { Replicated: { Replicas: 3 } },
        TaskTemplate: { ContainerSpec: { ...container, Env } },
      },
    });
    await locked(JSON.stringify({ id: "1", resource: "bucket/object", owner: "task-1", time: "2020-01-01T00:00:00Z" }));
    const { id, outs } = await Service.create(askedWith(["CHANGE=no"]));
    const changed = async () => {
      const tasks = await host.engine.tasks({ service: [id], "desired-state": ["running"] });
      return tasks.filter(({ Spec }) => Spec.ContainerSpec.Env?.includes("CHANGE=yes")).length;
    };

    const change = Service.update!(id, outs, askedWith(["CHANGE=yes"]));
    await expect
      .poll(() => said.mock.calls.join(), { timeout: 30_000 })
      .toContain("tasks that were stopped run out: 1");
    expect(await changed()).toBe(1);
    await locked("");
    await change;
    expect(await changed()).toBe(3);
    said.mockRestore();
    await Service.delete!(id, outs);
  });

  test("that is removed leaves no task behind, and is gone for the next read", async () => {
    await Service.delete!(made.id, made.outs);
    expect(await scene().host.engine.tasks()).toEqual([]);
    expect(await Service.read(made.id, made.outs)).toEqual({ id: "" });
  });
});
