import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ContainerSpec } from "../../engine/types.ts";
import { Cluster } from "../../provider/swarm/cluster.ts";
import { Service } from "../../provider/service/service.ts";
import { type ServiceState } from "../../provider/service/service-inputs.ts";
import { type ServiceInputs } from "../../provider/service/service-inputs.ts";
import { ownerLabels } from "../../core/labels.ts";
import { ensureMinioImage } from "../../toolchain/minio-image.ts";
import { describeOnLab } from "./lab-fixture.ts";

/** The handler as Pulumi calls it, on a real engine: failures and what comes after them. */
describeOnLab("a service", (scene) => {
  const owner = { id: "this-state", project: "project", stack: "stack", name: "service" };
  let base: Omit<ServiceInputs, "spec">;
  let made: { id: string; outs: ServiceState };

  beforeAll(async () => {
    const { host } = scene();
    const connection = { host: host.socket };
    const managers = { one: connection };
    const firstManager = { hostKey: "one", advertiseAddress: "127.0.0.1", listenAddress: "127.0.0.1:2377" };
    const cluster = await Cluster.create({ managers, owner, firstManager, adopt: false, allowOutage: false });
    const [node] = await host.engine.listNodes();
    const nodes = { one: { nodeId: node?.ID ?? "", connection } };
    const agreed = { restartTogether: [], immutable: {}, tasks: 1, timeoutSeconds: 60 };
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
    const tasks = async () =>
      (await scene().host.engine.listTasks({ service: [made.id] })).map(({ ID }) => ID).toSorted();
    const before = await tasks();
    const renamed = { ...owner, project: "renamed", stack: "renamed", name: "renamed" };
    const { spec, ...rest } = await asked({});
    const inputs = { ...rest, owner: renamed, spec: { ...spec, Labels: ownerLabels(renamed) } };
    expect(await Service.diff(made.id, made.outs, inputs)).toMatchObject({ changes: true, replaces: [] });
    made = { id: made.id, outs: (await Service.update!(made.id, made.outs, inputs)).outs };
    expect((await scene().host.engine.inspectService(made.id)).Spec.Labels).toEqual(ownerLabels(renamed));
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
    expect((await engine.listSecrets()).map(({ Spec }) => Spec.Name).toSorted()).toEqual([
      "app-key",
      "db-password",
      "other",
    ]);
  });

  test("that fails says what its tasks said, and runs with its former settings again", async () => {
    const { engine } = scene().host;
    const { Spec } = await engine.inspectService(made.id);
    await expect(update({ Args: ["no-such-command"] })).rejects.toThrow(
      /its tasks said: .*non-zero exit.*no-such-command.* Rolled back: service service with the former settings again/,
    );
    expect((await engine.inspectService(made.id)).Spec.TaskTemplate).toEqual(Spec.TaskTemplate);
    const { props } = await Service.read(made.id, made.outs);
    expect((await Service.diff(made.id, props!, made.outs)).changes).toBe(false);
  });

  test("is changed by the next update", async () => {
    await update({ Args: ["server", "/tmp/x"] });
    const service = await scene().host.engine.inspectService(made.id);
    expect(service.UpdateStatus?.State).toBe("completed");
  });

  test("whose update was given up goes on when what stood in its way is gone, with nothing changed", async () => {
    const { engine } = scene().host;
    const { b } = scene().images;
    await engine.request("DELETE", `/images/${b}`, { query: { force: true } });
    await expect(update({ Image: b }, { rollback: false })).rejects.toThrow(/its tasks said: .*No such image/);
    expect(await ensureMinioImage(engine, { variant: "b" })).toBe(b);
    await update({ Image: b });
    expect((await engine.inspectService(made.id)).Spec.TaskTemplate.ContainerSpec.Image).toBe(b);
  });

  describe("whose tasks lock things", () => {
    let locking: { id: string; outs: ServiceState };
    const said = vi.spyOn(console, "log");

    const locked = (lines: string) =>
      scene().host.run("sh", "-c", `mkdir -p /run/locks; echo '${lines}' >/run/locks/all`);

    const bind = (Source: string, Target: string) => ({ Type: "bind" as const, Source, Target });

    function askedWith({ Mounts = [], ...container }: Partial<ContainerSpec>): ServiceInputs {
      const ContainerSpec = {
        Image: scene().images.b,
        Args: ["server", "/tmp"],
        Hostname: "task-{{.Task.Slot}}",
        Mounts: [bind("/run/locks", "/locks"), ...Mounts],
        ...container,
      };
      return {
        ...base,
        tasks: 3,
        maintenanceCommand: ["mc", "--version"],
        locksCommand: ["mc", "cat", "/locks/all"],
        spec: {
          Name: "locking",
          Labels: ownerLabels(owner),
          Mode: { Replicated: { Replicas: 3 } },
          TaskTemplate: { ContainerSpec },
        },
      };
    }

    /** Begins a change. A task was changed, and no second one: what it had locked is not free. */
    async function changedOne(inputs: ServiceInputs): Promise<{ change: Promise<{ outs: ServiceState }> }> {
      const lock = { id: "1", resource: "bucket/object", owner: "task-1", time: "2020-01-01T00:00:00Z" };
      await locked(JSON.stringify(lock));
      said.mockClear();
      const change = Service.update!(locking.id, locking.outs, inputs);
      change.catch(() => undefined);
      await expect
        .poll(() => said.mock.calls.join(), { timeout: 30_000 })
        .toContain("tasks that were stopped run out: 1");
      return { change };
    }

    /** The tasks that are to run, each with its state and whether it has what is looked for. */
    async function tasksNow(isChanged: (spec: ContainerSpec) => boolean) {
      const tasks = await scene().host.engine.listTasks({ service: [locking.id], "desired-state": ["running"] });
      return tasks.map(({ ID, Spec, Status }) => ({
        id: ID,
        state: Status.State,
        isChanged: isChanged(Spec.ContainerSpec),
      }));
    }
    const hasMount = ({ Mounts = [] }: ContainerSpec) => Mounts.length > 1;
    const unchanged = Array(3).fill({ id: expect.any(String), state: "running", isChanged: false });

    beforeAll(async () => {
      await locked("");
      locking = await Service.create(askedWith({}));
    });
    afterAll(async () => {
      said.mockRestore();
      if (locking) await Service.delete!(locking.id, locking.outs);
    });

    test("stops no second task before what a former one had locked is free", async () => {
      const inputs = askedWith({ Env: ["CHANGE=yes"] });
      const changed = async () => {
        const tasks = await tasksNow(({ Env }) => Env?.includes("CHANGE=yes") ?? false);
        return tasks.filter(({ isChanged }) => isChanged).length;
      };
      const { change } = await changedOne(inputs);
      expect(await changed()).toBe(1);
      await locked("");
      locking.outs = (await change).outs;
      expect(await changed()).toBe(3);
    });

    test("keeps the others running when the first one fails with a change", async () => {
      const before = (await tasksNow(hasMount)).map(({ id }) => id);
      const change = Service.update!(
        locking.id,
        locking.outs,
        askedWith({ ...locking.outs.spec.TaskTemplate.ContainerSpec, Mounts: [bind("/run/nowhere", "/once")] }),
      );
      await expect(change).rejects.toThrow(
        /on host one fails .*bind source path.* Rolled back: service locking with the former settings again/,
      );
      const after = await tasksNow(hasMount);
      expect(after).toEqual(unchanged);
      expect(after.filter(({ id }) => before.includes(id))).toHaveLength(2);
    });

    test("gives the first one its former settings again when the second one fails", async () => {
      const { host } = scene();
      await host.run("mkdir", "-p", "/run/once");
      const { change } = await changedOne(
        askedWith({ ...locking.outs.spec.TaskTemplate.ContainerSpec, Mounts: [bind("/run/once", "/once")] }),
      );
      await host.run("rmdir", "/run/once");
      await locked("");
      await expect(change).rejects.toThrow(
        /on host one fails .*bind source path.* Rolled back: service locking with the former settings again/,
      );
      expect(await tasksNow(hasMount)).toEqual(unchanged);
    });
  });

  test("that is removed leaves no task behind, and is gone for the next read", async () => {
    await Service.delete!(made.id, made.outs);
    const tasks = await scene().host.engine.listTasks();
    expect(tasks.filter(({ ServiceID }) => ServiceID === made.id)).toEqual([]);
    expect(await Service.read(made.id, made.outs)).toEqual({ id: "" });
  });
});
