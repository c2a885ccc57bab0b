import { describe, expect, test } from "vitest";
import { Bucket } from "../../../../provider/minio/bucket.ts";
import { User } from "../../../../provider/minio/user.ts";
import { Network } from "../../../../provider/networks/network.ts";
import { Service } from "../../../../provider/service/service.ts";
import { Cluster } from "../../../../provider/swarm/cluster.ts";
import type { ClusterInputs, ClusterState } from "../../../../provider/swarm/cluster-inputs.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { OWNER, type TestSwarm, withFakeTime } from "../../../fake-swarm/test-swarm.ts";
import { advance } from "../../../fake-swarm/time.ts";

const { start } = withFakeTime();

describe.each([
  ["Swarm", Cluster],
  ["service", Service],
  ["network", Network],
  ["bucket", Bucket],
  ["user", User],
])("an imported %s", (_kind, handler) => {
  test("needs a manager", async () => {
    const { fake } = await start(2, { managers: 1 });
    await expect(handler.read("a", undefined, () => fake.engine(2).connection)).rejects.toThrow(
      "is not a manager of a Swarm: set DOCKER_HOST, the docker context or `pulumi config set swarm:engine` to a manager",
    );
  });

  test("is refused if the program would contain the engine's private key", async () => {
    const engine = () => ({ host: "tcp://192.0.2.1:2376", ca: "ca", cert: "cert", key: "key" });
    await expect(handler.read("a", undefined, engine)).rejects.toThrow(
      "engine tcp://192.0.2.1:2376: has a private key, which the imported program would contain in plain text",
    );
  });
});

describe("an import is refused by", () => {
  const reason = ({ fake, swarm }: TestSwarm) =>
    Cluster.read(swarm.id, undefined, () => fake.engine(1).connection).then(
      () => "imported",
      ({ message }: Error) => message,
    );

  test("a locked manager", async () => {
    const scene = await start(1);
    await setAutolock(scene);
    scene.fake.engine(1).stop();
    scene.fake.engine(1).start();
    expect(await reason(scene)).toMatch(/is a locked manager: run `docker swarm unlock` there first$/);
  });

  test("a manager without a quorum", async () => {
    const scene = await start(2, { managers: 2 });
    scene.fake.engine(2).stop();
    await advance(60);
    expect(await reason(scene)).toMatch(
      /is a manager without a quorum \(.*leader.*\): start the other managers first$/,
    );
  });
});

describe("an imported Swarm", () => {
  const read = (scene: TestSwarm) =>
    Cluster.read(scene.swarm.id, undefined, () => scene.fake.engine(1).connection) as Promise<{
      id: string;
      props: ClusterState;
      inputs: ClusterInputs;
    }>;

  test("has no difference to itself, and its secrets are only outputs", async () => {
    const scene = await start(1);
    await setAutolock(scene);
    const { id, props, inputs } = await read(scene);
    const tokens = (await scene.engine(1).inspectSwarm()).JoinTokens;
    expect(id).toBe(scene.swarm.id);
    expect(inputs).toMatchObject({ managers: scene.managers, adopt: true, autolock: true, subnetSize: 24 });
    expect(props).toMatchObject({ swarmId: id, ownsSwarm: false, unlockKey: scene.swarm.unlockKey });
    expect(props.joinTokens).toEqual({ worker: tokens.Worker, manager: tokens.Manager });
    expect(JSON.stringify(inputs)).not.toMatch(/SWMTKN|SWMKEY/);
    expect(Cluster.secrets).toEqual(["joinTokens", "unlockKey"]);

    const checked = await Cluster.check!(inputs, inputs);
    expect(checked.failures).toEqual([]);
    expect(await Cluster.diff(id, props, checked.inputs)).toMatchObject({ changes: false, replaces: [] });
    expect((await Cluster.read(id, props)).props).toEqual(props);
  });

  test("is refused by another id, and the message names the right one", async () => {
    const scene = await start(1);
    await expect(Cluster.read("swarm", undefined, () => scene.fake.engine(1).connection)).rejects.toThrow(
      `manages the Swarm ${scene.swarm.id}: import that id`,
    );
  });

  test("is refused if it belongs to another state", async () => {
    const scene = await start(1);
    const { Version, Spec } = await scene.engine(1).inspectSwarm();
    await scene.engine(1).updateSwarm(Version.Index, { ...Spec, Labels: ownerLabels(OWNER) });
    await expect(read(scene)).rejects.toThrow(
      `Swarm ${scene.swarm.id}: cannot be imported: it belongs to another state: project p, stack dev, identity owner: ` +
        "use the state that created it, or declare a Swarm with adopt: true",
    );
  });

  test("changes in place, and keeps what the program does not set", async () => {
    const scene = await start(1);
    const { id, props, inputs } = await read(scene);
    const before = scene.swarm.inspect().Spec;
    const { outs } = await Cluster.update!(id, props, { ...inputs, taskHistoryLimit: 2 });
    expect(scene.swarm.inspect().Spec).toEqual({ ...before, Orchestration: { TaskHistoryRetentionLimit: 2 } });
    expect(outs).toMatchObject({ taskHistoryLimit: 2, ownsSwarm: false });
  });

  test("stays when it is deleted, and is never created", async () => {
    const scene = await start(1);
    const { id, props, inputs } = await read(scene);
    await Cluster.delete!(id, props);
    expect((await scene.engine(1).inspectSwarm()).ID).toBe(id);
    scene.fake.engine(1).resetSwarm();
    expect(await Cluster.read(id, props)).toEqual({ id: "" });
    await expect(Cluster.create(inputs)).rejects.toThrow(
      "are in no Swarm, and an imported Swarm is never created: declare a Swarm component instead",
    );
    expect((await scene.engine(1).info()).Swarm.LocalNodeState).toBe("inactive");
  });
});

async function setAutolock(scene: TestSwarm): Promise<void> {
  const { Version, Spec } = await scene.engine(1).inspectSwarm();
  await scene.engine(1).updateSwarm(Version.Index, { ...Spec, EncryptionConfig: { AutoLockManagers: true } });
}
