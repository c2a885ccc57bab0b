import { expect, test } from "vitest";
import type { RecordedMember } from "../../commands/lib/recorded-stack.ts";
import { forceNewCluster } from "../../commands/recover/recover.ts";
import { waitFor } from "./manual-changes.ts";
import { describeOnLab } from "./lab-fixture.ts";

/** Autolock that was enabled manually, which a manager without quorum does not report. */
describeOnLab("a Swarm with autolock", (fixture) => {
  test("cannot be recovered, and the suggested fix works", async () => {
    const { host } = fixture();
    const { engine, address, socket } = host;
    const Spec = { EncryptionConfig: { AutoLockManagers: true } };
    await engine.initSwarm({ AdvertiseAddr: address, ListenAddr: `${address}:2377`, Spec });
    const { ID } = await engine.inspectSwarm();
    const key = await engine.getUnlockKey();
    const manager: RecordedMember = {
      ...{ key: "a", urn: "urn:a", nodeId: (await engine.info()).Swarm.NodeID, role: "manager" },
      ...{ connection: { host: socket }, advertiseAddress: address },
    };
    const recovery = forceNewCluster({ swarmId: ID, unlockKey: "", members: [manager] }, manager, new Map());
    await expect(recovery).rejects.toThrow(/host "a": its Swarm uses autolock.*systemctl restart docker/);
    await host.stopEngine();
    await host.startEngine();
    await engine.unlockSwarm(key);
    await waitFor(async () => (await engine.info()).Swarm.Cluster?.ID === ID, "the manager to be back");
  });
});
