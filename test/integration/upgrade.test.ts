import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ExportedStack, recordedSwarms } from "../../commands/lib/recorded-stack.ts";
import { PREVIOUS_AVAILABILITY_LABEL } from "../../commands/upgrade/availability.ts";
import { Upgrade } from "../../commands/upgrade/upgrade.ts";
import { type EngineRelease, createRelease, offerRelease } from "../../lab/engine-release.ts";
import { changeSwarm } from "./manual-changes.ts";
import { getStoreAccess, TrafficClient, formatTraffic } from "./traffic-client.ts";
import { waitUntilShared } from "./s3.ts";
import { describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

describeOnLab(
  "the engines of hosts with a store",
  (fixture) => {
    let stack: TestStack;
    let release: EngineRelease;
    let unlockKey = "";
    const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-release-"));
    const machine = (number: number, role: string) => {
      const { address, hostname, ssh } = fixture().lab.host(number);
      const { identityFile, hostKey } = ssh;
      const drives = { d1: { path: "/mnt/disk1" } };
      return { address, hostname, user: "operator", identityFile, hostKey, drives, role };
    };

    beforeAll(async () => {
      const { lab } = fixture();
      release = await createRelease(lab.host(1), folder);
      await Promise.all(lab.hosts.map((host) => offerRelease(host, release)));
      const hosts = {
        a: machine(1, "manager"),
        b: machine(2, "manager"),
        c: machine(3, "manager"),
        d: machine(4, "worker"),
      };
      const none = { engine: undefined, hostname: undefined, endpointAddress: undefined };
      stack = await fixture().stack({ ...none, stack: "ssh", encrypted: false, hosts, minReadySeconds: 1 });
      await stack.up();
      await waitUntilShared(stack);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const upgradeOf = async (options: { to?: string; host?: string; signal?: AbortSignal } = {}) => {
      const exported = JSON.parse(await stack.pulumi("stack", "export", "--show-secrets")) as ExportedStack;
      const { swarms, services } = recordedSwarms(exported);
      return new Upgrade({ ...swarms[0]!, unlockKey }, services, { ...options, report: (line) => console.log(line) });
    };
    /** Sets autolock, with which each manager needs the unlock key after its engine has restarted. */
    const autolock = (AutoLockManagers: boolean) =>
      changeSwarm(fixture().host.engine, (spec) => (spec.EncryptionConfig = { AutoLockManagers }));
    const versions = () =>
      Promise.all(fixture().lab.hosts.map(async ({ engine }) => (await engine.info()).ServerVersion.split("+")[0]));

    test("are upgraded and unlocked one after another, the leader's last, while the store keeps serving", async () => {
      await autolock(true);
      unlockKey = await fixture().host.engine.getUnlockKey();
      const upgrade = await upgradeOf();
      const steps = await upgrade.plan();
      expect(steps.map(({ key, action }) => [key, action])).toEqual([
        ["d", "upgrade"],
        ["b", "upgrade"],
        ["c", "upgrade"],
        ["a", "upgrade"],
      ]);
      expect(steps[0]).toMatchObject({ from: release.from, to: release.to });

      const client = await TrafficClient.start({ access: await getStoreAccess(stack), bucket: "all-along" });
      // Upgrade the worker and the leader; the other hosts take the same code paths.
      for (const at of [0, 3]) await upgrade.execute(steps[at]!);
      const account = await client.finish();
      console.log(`the engines of a worker and of the leader were upgraded:\n${formatTraffic(account)}`);
      expect(account).toMatchObject({ lost: [], changed: [] });
      await autolock(false);
      const { engineFrom, engineVersion } = release;
      expect(await versions()).toEqual([engineVersion, engineFrom, engineFrom, engineVersion]);
      const nodes = await fixture().host.engine.listNodes();
      expect(nodes.map(({ Spec }) => [Spec.Availability, Spec.Labels?.[PREVIOUS_AVAILABILITY_LABEL]])).toEqual(
        Array(4).fill(["active", undefined]),
      );
      const remaining = (await (await upgradeOf()).plan()).filter(({ action }) => action !== "none");
      expect(remaining.map(({ key }) => key).toSorted()).toEqual(["b", "c"]);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("are refused an unavailable version, with the available ones", async () => {
      const upgrade = await upgradeOf({ to: "99.9", host: "d" });
      await expect(upgrade.plan()).rejects.toThrow(
        `host "d": --to "99.9": apt-get there has no such version of docker.io; it has ${release.to}`,
      );
    });
  },
  { hosts: 4, disks: 1 },
);
