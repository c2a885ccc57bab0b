import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readSwarmState, writeSwarmState } from "../../commands/backup/machine.ts";
import { restoreSwarm } from "../../commands/backup/restore.ts";
import type { RecordedMember, RecordedSwarm } from "../../commands/recover/recorded.ts";
import { goOnAlone } from "../../commands/recover/recover.ts";
import type { EngineControl } from "../../commands/support/root-script.ts";
import type { NodeRole } from "../../components/engine/types.ts";
import { NO_ENGINE } from "../lab/boot.ts";
import { type Lab, startLab, whyNoLab } from "../lab/lab.ts";
import { changeSwarm, until } from "./by-hand.ts";

/** A lab's machines have no systemd. */
const CONTROL: EngineControl = {
  stop: `touch ${NO_ENGINE}; pid=$(cat /run/docker.pid); kill "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done`,
  start: `rm ${NO_ENGINE}`,
};

const problem = whyNoLab();

describe("the state of a Swarm", () => {
  let lab: Lab;
  const machine = (number: number) => lab.host(number);
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });
  beforeAll(async () => {
    if (problem === undefined) lab = await startLab({ hosts: 2 });
  });
  afterAll(() => lab?.stop());
  const address = (number: number) => `${machine(number).address}:2377`;

  async function member(key: string, number: number, role: NodeRole): Promise<RecordedMember> {
    const { ssh } = machine(number);
    const sshOptions = [
      "-i",
      ssh.identityFile,
      "-o",
      "IdentitiesOnly=yes",
      "-o",
      `UserKnownHostsFile=${ssh.knownHosts}`,
    ];
    return {
      key,
      urn: `urn:${key}`,
      nodeId: (await machine(number).engine.info()).Swarm.NodeID,
      role,
      connection: { host: `ssh://${ssh.user}@${machine(number).address}`, sshOptions },
      advertiseAddress: machine(number).address,
      listenAddress: address(number),
    };
  }

  const network = async (name: string) => {
    const { engine } = machine(1);
    await engine.request("POST", "/networks/create", { body: { Name: name, Driver: "overlay", Attachable: true } });
  };

  test("is backed up from a manager's machine, and restored where it was lost", async () => {
    const { engine } = machine(1);
    await engine.initSwarm({
      AdvertiseAddr: machine(1).address,
      ListenAddr: address(1),
      Spec: { Labels: { by: "us" } },
    });
    const { ID, JoinTokens } = await engine.swarm();
    await machine(2).engine.joinSwarm({
      ListenAddr: address(2),
      RemoteAddrs: [address(1)],
      JoinToken: JoinTokens.Worker,
    });
    const a = await member("a", 1, "manager");
    const swarm: RecordedSwarm = { swarmId: ID, unlockKey: "", members: [a, await member("b", 2, "worker")] };
    await network("before");
    const archive = await readSwarmState(a.connection, CONTROL);
    await network("after");

    await expect(writeSwarmState(a.connection, Buffer.from("no archive"), CONTROL)).rejects.toThrow(
      "machine of ssh://",
    );
    expect((await engine.swarm()).ID).toBe(ID);
    await engine.leaveSwarm(true);
    const { removed, former } = await restoreSwarm(swarm, "a", archive, CONTROL);
    expect(removed).toEqual([]);
    expect(await machine(1).run("stat", "--format", "%F", former)).toContain("directory");

    const restored = await engine.swarm();
    expect([restored.ID, restored.Spec.Labels]).toEqual([ID, { by: "us" }]);
    const names = (await engine.networks({ driver: ["overlay"] })).map(({ Name }) => Name);
    expect(names).toContain("before");
    expect(names).not.toContain("after");
    await until(
      async () => (await engine.nodes()).every(({ Status }) => Status.State === "ready"),
      "the worker to be seen again",
    );
  });

  test("is not recovered where managers lock themselves, and the way back that is told is one", async () => {
    const { engine } = machine(1);
    await changeSwarm(engine, (spec) => (spec.EncryptionConfig = { AutoLockManagers: true }));
    const { ID } = await engine.swarm();
    const key = await engine.unlockKey();
    const a = await member("a", 1, "manager");
    const alone = goOnAlone({ swarmId: ID, unlockKey: "", members: [a] }, a, new Map());
    await expect(alone).rejects.toThrow(/host "a": its managers lock themselves.*systemctl restart docker/);
    await machine(1).stopEngine();
    await machine(1).startEngine();
    await engine.unlockSwarm(key);
    await until(async () => (await engine.info()).Swarm.Cluster?.ID === ID, "the manager to be back");
  });
});
