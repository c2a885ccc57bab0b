import { expect, test } from "vitest";
import { exportSwarmState } from "../../commands/backup/machine.ts";
import { restoreSwarm } from "../../commands/backup/restore.ts";
import { type ExportedStack, recordedSwarm } from "../../commands/lib/recorded-stack.ts";
import { recoverSwarm } from "../../commands/recover/recover.ts";
import type { KeyPair } from "../../provider/state/x509.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { describeOnLab } from "../integration/lab-fixture.ts";
import { openBuckets, randomObject, waitUntilShared } from "../integration/s3.ts";
import type { TestStack } from "../integration/stack.ts";
import { expireCertificate, readNodeCertificate, replaceAuthority } from "./swarm-certificates.ts";

/** Swarm renews certificates only while engines run. */
describeOnLab(
  "an expired node certificate",
  (fixture) => {
    const number = { a: 1, b: 2, c: 3, d: 4 };
    const host = (key: keyof typeof number) => fixture().lab.host(number[key]);
    const settings = (key: keyof typeof number, role: string) => {
      const { address, hostname, ssh } = host(key);
      const { user, identityFile, hostKey } = ssh;
      return { address, hostname, user, identityFile, hostKey, drives: { d1: { path: "/mnt/disk1" } }, role };
    };
    const data = randomObject(100_000);
    let stack: TestStack;
    let authority: KeyPair;
    const state = async (key: keyof typeof number) => (await host(key).engine.info()).Swarm;
    const exported = async () =>
      recordedSwarm(JSON.parse(await stack.pulumi("stack", "export", "--show-secrets")) as ExportedStack, "a");
    const finish = async (removed: readonly { urn: string }[]) => {
      const targets = removed.flatMap(({ urn }) => ["--target", urn]);
      await stack.pulumi("refresh", "--yes", "--skip-preview", ...targets);
      await stack.up();
      await waitUntilShared(stack);
      const buckets = await openBuckets(stack, "data");
      for (const bucket of Object.values(buckets)) expect((await bucket.get("before")).equals(data)).toBe(true);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    };

    const recoverFromOneManager = async () => {
      const none = { engine: undefined, hostname: undefined, endpointAddress: undefined };
      const hosts = Object.fromEntries(
        Object.keys(number).map((key) => [key, settings(key as "a", key === "d" ? "worker" : "manager")]),
      );
      stack = await fixture().stack({ ...none, stack: "ssh", encrypted: false, minReadySeconds: 1, hosts });
      await stack.up();
      await waitUntilShared(stack);
      const bucket = Object.values(await openBuckets(stack, "data"))[0]!;
      await bucket.create();
      await bucket.put("before", data);
      const before = await stack.outputs();

      authority = await replaceAuthority(host("a"), fixture().lab.hosts);
      await Promise.all(fixture().lab.hosts.map((each) => expireCertificate(each, authority)));
      const { output } = await stack.expectFailure("preview");
      expect(output).toContain("its certificate has expired");
      expect(output).toContain("recover the Swarm with `npm run recover -- <manager>`");

      const swarm = await exported();
      await expect(recoverSwarm(swarm, "d")).rejects.toThrow('host "d": is not a manager; choose one of a, b, c');
      const { removed, unreachable } = await recoverSwarm(swarm, "a");
      expect(removed.map(({ key }) => key)).toEqual(["b", "c", "d"]);
      expect(unreachable).toEqual([]);
      const isValid = () => readNodeCertificate(host("a")).notAfter.getTime() > Date.now();
      await expect.poll(isValid, { timeout: 60_000 }).toBe(true);
      expect((await host("a").engine.listNodes()).length).toBe(1);

      await finish(removed);
      expect((await stack.outputs())["swarmId"]).toBe(before["swarmId"]);
      await host("a").stopEngine();
      await host("a").startEngine();
      await expect.poll(async () => (await state("a")).Error, { timeout: 30_000 }).toBe("");
      expect((await state("a")).ControlAvailable).toBe(true);

      // One host alone was off.
      await waitUntilShared(stack);
      await expireCertificate(host("b"), authority);
      const problem = await stack.expectFailure("preview");
      expect(problem.output).toMatch(/hosts\.b\.engine.*its certificate has expired.*let the host join again/);
      await expect(recoverSwarm(await exported(), "b")).rejects.toThrow("there is nothing to recover");
      await host("a").run("docker", "node", "demote", host("b").hostname);
      await host("b").run("docker", "swarm", "leave", "--force");
      await host("b").stopEngine();
      await host("b").startEngine();
      await host("a").run("docker", "node", "rm", "--force", host("b").hostname);
      await stack.up({ refresh: true });
      await finish([]);
    };

    const restoreFromBackup = async () => {
      await expireCertificate(host("a"), authority);
      const swarm = await exported();
      const [chosen] = swarm.members;
      const archive = await exportSwarmState(chosen!.connection);
      // On the machine itself, ssh is not needed.
      const script = `
        import { exportSwarmState } from "${ROOT}/commands/backup/machine.ts";
        console.log((await exportSwarmState({ host: "unix:///run/docker.sock" })).subarray(0, 2).toString("hex"));`;
      const onMachine = await host("a").run(process.execPath, "--input-type=module", "--eval", script);
      expect(onMachine.trim()).toBe(archive.subarray(0, 2).toString("hex"));
      const { removed, previous } = await restoreSwarm(swarm, "a", archive);
      expect(removed.map(({ key }) => key)).toEqual(["b", "c"]);
      expect(previous).toBeUndefined();
      await finish(removed);
    };

    test("on all hosts: the Swarm is recovered from one manager, and the others join again", recoverFromOneManager);
    test("in a backup: the Swarm is restored from it", restoreFromBackup);
  },
  { hosts: 4, disks: 1 },
);
