import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ContainerSpec } from "../../engine/types.ts";
import { Cluster } from "../../provider/swarm/cluster.ts";
import { Service } from "../../provider/service/service.ts";
import { type ServiceState } from "../../provider/service/service-inputs.ts";
import { type ServiceInputs } from "../../provider/service/service-inputs.ts";
import { ownerLabels } from "../../core/labels.ts";
import { ensureMinioImage } from "../../toolchain/minio-image.ts";
import { describeOnLab } from "./lab-fixture.ts";

/** The handler called as Pulumi calls it, on a real engine: failures, and updates after them. */
describeOnLab("a service", (fixture) => {
  const owner = { id: "this-state", project: "project", stack: "stack", name: "service" };
  let base: Omit<ServiceInputs, "spec">;
  let created: { id: string; outs: ServiceState };

  beforeAll(async () => {
    const { host } = fixture();
    const connection = { host: host.socket };
    const managers = { one: connection };
    const firstManager = { hostKey: "one", advertiseAddress: "127.0.0.1", listenAddress: "127.0.0.1:2377" };
    const cluster = await Cluster.create({ managers, owner, firstManager, adopt: false, allowOutage: false });
    const [node] = await host.engine.listNodes();
    const nodes = { one: { nodeId: node?.ID ?? "", connection } };
    const agreed = { restartTogether: [], immutable: {}, tasks: 1, timeoutSeconds: 60 };
    base = { managers, swarmId: cluster.id, owner, nodes, ...agreed };
  });

  /** Returns the checked inputs that `up` would pass. */
  async function inputsFor(container: Partial<ContainerSpec>): Promise<ServiceInputs> {
    const ContainerSpec = { Image: fixture().images.a, Args: ["server", "/tmp"], ...container };
    const spec = { Name: "service", Labels: ownerLabels(owner), Mode: { Global: {} }, TaskTemplate: { ContainerSpec } };
    return (await Service.check!(created?.outs ?? {}, { ...base, spec })).inputs;
  }

  async function update(container: Partial<ContainerSpec>, options: Partial<ServiceInputs> = {}): Promise<void> {
    const news = { ...(await inputsFor(container)), ...options };
    created = { id: created.id, outs: (await Service.update!(created.id, created.outs, news)).outs };
  }

  test("is created once its tasks run, and reads back without a difference", async () => {
    created = await Service.create(await inputsFor({}));
    const { props } = await Service.read(created.id, created.outs);
    expect((await Service.diff(created.id, props!, created.outs)).changes).toBe(false);
  });

  test("of another state is refused, and the error names its owner", async () => {
    const theirs = { ...(await inputsFor({})), owner: { ...owner, id: "another-state" } };
    await expect(Service.create(theirs)).rejects.toThrow(
      'spec.Name "service": a service of that name belongs to another state: project project, stack stack, identity this-state: ' +
        "use the state that created it, set adopt: true, or choose another name",
    );
  });

  test("keeps its tasks when its project, stack or component is renamed", async () => {
    const tasks = async () =>
      (await fixture().host.engine.listTasks({ service: [created.id] })).map(({ ID }) => ID).toSorted();
    const before = await tasks();
    const renamed = { ...owner, project: "renamed", stack: "renamed", name: "renamed" };
    const { spec, ...rest } = await inputsFor({});
    const inputs = { ...rest, owner: renamed, spec: { ...spec, Labels: ownerLabels(renamed) } };
    expect(await Service.diff(created.id, created.outs, inputs)).toMatchObject({ changes: true, replaces: [] });
    created = { id: created.id, outs: (await Service.update!(created.id, created.outs, inputs)).outs };
    expect((await fixture().host.engine.inspectService(created.id)).Spec.Labels).toEqual(ownerLabels(renamed));
    expect(await tasks()).toEqual(before);
  });

  test("keeps secrets that it does not use, also those without labels", async () => {
    const { engine } = fixture().host;
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

  test("that fails reports its tasks' errors, and is rolled back", async () => {
    const { engine } = fixture().host;
    const { Spec } = await engine.inspectService(created.id);
    await expect(update({ Args: ["no-such-command"] })).rejects.toThrow(
      /output of its tasks: .*non-zero exit.*no-such-command.* Rolled back to the previous settings: service service\./,
    );
    expect((await engine.inspectService(created.id)).Spec.TaskTemplate).toEqual(Spec.TaskTemplate);
    const { props } = await Service.read(created.id, created.outs);
    expect((await Service.diff(created.id, props!, created.outs)).changes).toBe(false);
  });

  test("can be updated after a rollback", async () => {
    await update({ Args: ["server", "/tmp/x"] });
    const service = await fixture().host.engine.inspectService(created.id);
    expect(service.UpdateStatus?.State).toBe("completed");
  });

  test("continues a failed update with the same settings once the cause is fixed", async () => {
    const { engine } = fixture().host;
    const { b } = fixture().images;
    await engine.request("DELETE", `/images/${b}`, { query: { force: true } });
    await expect(update({ Image: b }, { rollback: false })).rejects.toThrow(/output of its tasks: .*No such image/);
    expect(await ensureMinioImage(engine, { variant: "b" })).toBe(b);
    await update({ Image: b });
    expect((await engine.inspectService(created.id)).Spec.TaskTemplate.ContainerSpec.Image).toBe(b);
  });

  describe("whose tasks hold locks", () => {
    let locking: { id: string; outs: ServiceState };
    const log = vi.spyOn(console, "log");

    const writeLocks = (lines: string) =>
      fixture().host.run("sh", "-c", `mkdir -p /run/locks; echo '${lines}' >/run/locks/all`);

    const bind = (Source: string, Target: string) => ({ Type: "bind" as const, Source, Target });

    function lockingInputs({ Mounts = [], ...container }: Partial<ContainerSpec>): ServiceInputs {
      const ContainerSpec = {
        Image: fixture().images.b,
        Args: ["server", "/tmp"],
        Hostname: "task-{{.Task.Slot}}",
        Mounts: [bind("/run/locks", "/locks"), ...Mounts],
        ...container,
      };
      return {
        ...base,
        tasks: 3,
        maintenanceCommand: ["mc", "--version"],
        locks: { command: ["mc", "cat", "/locks/all"], expirySeconds: 130, internalPrefix: "." },
        spec: {
          Name: "locking",
          Labels: ownerLabels(owner),
          Mode: { Replicated: { Replicas: 3 } },
          TaskTemplate: { ContainerSpec },
        },
      };
    }

    /** Starts an update that has changed one task and waits, because the task's lock is not released. */
    async function changeOneTask(inputs: ServiceInputs): Promise<{ change: Promise<{ outs: ServiceState }> }> {
      const lock = { id: "1", resource: "bucket/object", owner: "task-1", time: "2020-01-01T00:00:00Z" };
      await writeLocks(JSON.stringify(lock));
      log.mockClear();
      const change = Service.update!(locking.id, locking.outs, inputs);
      change.catch(() => undefined);
      await expect
        .poll(() => log.mock.calls.join(), { timeout: 30_000 })
        .toContain("locks of stopped tasks to expire: 1");
      return { change };
    }

    /** Lists the tasks that should run, with their state and whether they are changed. */
    async function tasksNow(isChanged: (spec: ContainerSpec) => boolean) {
      const tasks = await fixture().host.engine.listTasks({ service: [locking.id], "desired-state": ["running"] });
      return tasks.map(({ ID, Spec, Status }) => ({
        id: ID,
        state: Status.State,
        isChanged: isChanged(Spec.ContainerSpec),
      }));
    }
    const hasMount = ({ Mounts = [] }: ContainerSpec) => Mounts.length > 1;
    const unchanged = Array(3).fill({ id: expect.any(String), state: "running", isChanged: false });

    beforeAll(async () => {
      await writeLocks("");
      locking = await Service.create(lockingInputs({}));
    });
    afterAll(async () => {
      log.mockRestore();
      if (locking) await Service.delete!(locking.id, locking.outs);
    });

    test("stops no second task before the locks of the first one are released", async () => {
      const inputs = lockingInputs({ Env: ["CHANGE=yes"] });
      const changed = async () => {
        const tasks = await tasksNow(({ Env }) => Env?.includes("CHANGE=yes") ?? false);
        return tasks.filter(({ isChanged }) => isChanged).length;
      };
      const { change } = await changeOneTask(inputs);
      expect(await changed()).toBe(1);
      await writeLocks("");
      locking.outs = (await change).outs;
      expect(await changed()).toBe(3);
    });

    test("keeps the others running if the first one fails with a change", async () => {
      const before = (await tasksNow(hasMount)).map(({ id }) => id);
      const change = Service.update!(
        locking.id,
        locking.outs,
        lockingInputs({ ...locking.outs.spec.TaskTemplate.ContainerSpec, Mounts: [bind("/run/nowhere", "/once")] }),
      );
      await expect(change).rejects.toThrow(
        /on host one fails .*bind source path.* Rolled back to the previous settings: service locking\./,
      );
      const after = await tasksNow(hasMount);
      expect(after).toEqual(unchanged);
      expect(after.filter(({ id }) => before.includes(id))).toHaveLength(2);
    });

    test("rolls the first one back if the second one fails", async () => {
      const { host } = fixture();
      await host.run("mkdir", "-p", "/run/once");
      const { change } = await changeOneTask(
        lockingInputs({ ...locking.outs.spec.TaskTemplate.ContainerSpec, Mounts: [bind("/run/once", "/once")] }),
      );
      await host.run("rmdir", "/run/once");
      await writeLocks("");
      await expect(change).rejects.toThrow(
        /on host one fails .*bind source path.* Rolled back to the previous settings: service locking\./,
      );
      expect(await tasksNow(hasMount)).toEqual(unchanged);
    });
  });

  test("that is deleted leaves no task behind, and the next read reports it as deleted", async () => {
    await Service.delete!(created.id, created.outs);
    const tasks = await fixture().host.engine.listTasks();
    expect(tasks.filter(({ ServiceID }) => ServiceID === created.id)).toEqual([]);
    expect(await Service.read(created.id, created.outs)).toEqual({ id: "" });
  });
});
