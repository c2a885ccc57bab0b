import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { run } from "../../../toolchain/run.ts";
import type { LabHost } from "../../../lab/lab.ts";
import type { EngineEvent } from "../../../commands/lib/events.ts";
import { waitFor } from "../manual-changes.ts";
import { waitUntilShared } from "../s3.ts";
import { type HostConfig, hostConfig, describeOnLab } from "../lab-fixture.ts";
import type { TestStack } from "../stack.ts";
import { withTraffic, countParts, RECOVERY_MS, waitUntilHealthy } from "./store.ts";

const DRIVES = { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk2" } };
const STORE = { pools: { main: { hosts: ["a", "b", "c", "d"] } } };

/** Returns the store's folder on a disk. */
const folderOn = (disk: number) => `/mnt/disk${disk}/minio`;

const NOTHING_LOST = { lost: [], changed: [] };

/** How long a fault lasts, in milliseconds: long enough for the other members to notice. */
const FAULT_MS = 5_000;

describeOnLab(
  "a store on four hosts loses and changes no acknowledged object when",
  (fixture) => {
    let stack: TestStack;
    /** The hosts of the store. */
    let members: LabHost[];
    const machine = (number: number) => fixture().lab.host(number);
    const at = (number: number, role: HostConfig["role"]) => hostConfig(machine(number), role, DRIVES);
    const hosts = () => ({ a: at(1, "manager"), b: at(2, "manager"), c: at(3, "manager"), d: at(4, "worker") });

    beforeAll(async () => {
      for (const host of fixture().lab.hosts) await host.run("mkdir", folderOn(1), folderOn(2));
      members = [1, 2, 3, 4].map(machine);
      stack = await fixture().hostsStack(hosts(), { minReadySeconds: 1, store: STORE });
      await stack.up();
      await waitUntilShared(stack);
      await waitUntilHealthy(members);
    });

    test("a host loses power and gets it back", async () => {
      const { lab } = fixture();
      const account = await withTraffic("a host lost its power for 5 s", { stack, members }, async () => {
        await pause(1_000);
        await lab.kill(4);
        await pause(FAULT_MS);
        await lab.start(4);
      });
      expect(account).toMatchObject(NOTHING_LOST);
    });

    test("the network is partitioned and heals", async () => {
      const { lab } = fixture();
      const account = await withTraffic(
        "a host was cut off from the other three for 5 s",
        { stack, members },
        async () => {
          await pause(1_000);
          await lab.partition([1], [2, 3, 4]);
          await pause(FAULT_MS);
          await lab.heal();
        },
      );
      expect(account).toMatchObject(NOTHING_LOST);
    });

    test("the engine of each host in turn is restarted", async () => {
      const account = await withTraffic("each engine in turn was restarted", { stack, members }, async () => {
        for (const host of members) {
          await host.stopEngine();
          await host.startEngine();
          await waitUntilHealthy(members);
        }
      });
      expect(account).toMatchObject(NOTHING_LOST);
    });

    test("a drive fails and is replaced", async () => {
      const host = machine(2);
      const account = await withTraffic(
        "a drive of eight failed and was replaced",
        { stack, members },
        async (bucket) => {
          await pause(1_000);
          await host.disks.fail(1);
          await pause(FAULT_MS);
          await host.disks.replace(1);
          // After replacing a disk, an operator creates its folder and ends the container that still uses the old one.
          await host.run("mkdir", folderOn(1));
          await host.run("sh", "-ec", "docker kill $(docker ps --quiet)");
          await healed(host, 1, bucket, host);
        },
      );
      expect(account).toMatchObject(NOTHING_LOST);
    });

    test("a disk is full for a while, and writes are refused meanwhile", async () => {
      const { lab } = fixture();
      const account = await withTraffic("a disk of eight was full for 5 s", { stack, members }, async () => {
        await pause(1_000);
        await lab.exec(3, "sh", "-c", "dd if=/dev/zero of=/mnt/disk1/fill bs=1M status=none; true");
        await pause(FAULT_MS);
        await lab.exec(3, "rm", "/mnt/disk1/fill");
      });
      expect(account).toMatchObject(NOTHING_LOST);
      const { failed } = account.retrying;
      expect(failed.join()).toContain("write: XMinioStorageFull");
      expect(failed.filter((line) => line.startsWith("read"))).toEqual([]);
    });

    test("two runs of up overlap: one is refused, and the other makes its change", async () => {
      stack.config("networks", ["first"]);
      const account = await withTraffic("two runs of up overlapped", { stack, members }, async () => {
        const begin = () => stack.start("up", ["--yes", "--skip-preview"]);
        const first = begin();
        // If both start at the same moment, Pulumi may refuse both.
        await waitFor(() => Promise.resolve(first.events().length > 0), "the first run to lock the stack", {
          limitMs: RECOVERY_MS,
        });
        const outcomes = await Promise.all([first.outcome, begin().outcome]);
        expect(outcomes.map(({ exitCode }) => exitCode === 0)).toEqual([true, false]);
        expect(outcomes[1].output).toContain("the stack is currently locked");
        expect((await stack.preview()).steps).toEqual([]);
      });
      expect(account).toMatchObject(NOTHING_LOST);
    });

    test("the network is cut while a host joins: up reports it, and the host joins once the network is back", async () => {
      const { lab } = fixture();
      stack.config("hosts", { ...hosts(), e: at(6, "worker") });
      const account = await withTraffic("the network was cut while a host joined", { stack, members }, async () => {
        const pid = Number(await run("pgrep", ["--full", `^dockerd --host ${machine(6).socket} `]));
        const up = stack.start("up", ["--yes", "--skip-preview"]);
        const isAboutToJoin = () => Promise.resolve(isKnown("e-machine", up.events()));
        await waitFor(isAboutToJoin, "the host to be about to join", { limitMs: RECOVERY_MS, intervalMs: 20 });
        // A join takes less time than cutting the network, so the engine is stopped until then.
        process.kill(pid, "SIGSTOP");
        await lab.partition([6], [1, 2, 3, 4]);
        process.kill(pid, "SIGCONT");
        const isWaiting = () => Promise.resolve(says(/^host e .* joining: /m, up.events()));
        await waitFor(isWaiting, "up to report that it waits", { limitMs: RECOVERY_MS });
        await lab.heal();
        const { exitCode, output } = await up.outcome;
        expect(exitCode, output).toBe(0);
        expect(await nodesBy(2)).toEqual(["node1", "node2", "node3", "node4", "node6"]);
        expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      });
      expect(account).toMatchObject(NOTHING_LOST);
    });

    test("one of three managers loses power, and up makes a change through another", async () => {
      const { lab } = fixture();
      stack.config("networks", ["first", "second"]);
      const others = members.slice(1);
      const account = await withTraffic(
        "a manager lost power, and up made a change",
        { stack, members: [] },
        async () => {
          await lab.kill(1);
          await stack.up();
          expect((await machine(2).engine.listNetworks({ name: ["second"] })).length).toBe(1);
          expect(others.every(({ isRunning }) => isRunning)).toBe(true);
        },
      );
      expect(account).toMatchObject(NOTHING_LOST);
    });

    test("that host never comes back, and a new machine replaces it", async () => {
      const what = "a host that was gone was replaced by a new machine";
      members = [5, 2, 3, 4].map(machine);
      const account = await withTraffic(what, { stack, members }, async (bucket) => {
        await pause(1_000);
        stack.config("hosts", { ...hosts(), a: at(5, "manager"), e: at(6, "worker") });
        const { steps } = await stack.up();
        expect(steps.find(({ name }) => name === "store-main")).toMatchObject({ op: "update" });
        await waitUntilHealthy(members);
        for (const disk of [1, 2]) await healed(machine(5), disk, bucket, machine(2));
        expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      });
      expect(account).toMatchObject(NOTHING_LOST);
    });

    /** Lists the hostnames of the Swarm's nodes, as one manager sees them. */
    async function nodesBy(manager: number): Promise<string[]> {
      return (await machine(manager).engine.listNodes()).map(({ Description }) => Description.Hostname).toSorted();
    }
  },
  { hosts: 6, disks: 2 },
);

function isKnown(name: string, events: readonly EngineEvent[]): boolean {
  return events.some(({ resOutputsEvent }) => resOutputsEvent?.metadata.urn.endsWith(`::${name}`));
}

function says(what: RegExp, events: readonly EngineEvent[]): boolean {
  return events.some(({ diagnosticEvent }) => diagnosticEvent && what.test(diagnosticEvent.message));
}

/** Waits until a new disk has all parts of a bucket that another host's second disk had when this was called. */
async function healed(host: LabHost, disk: number, bucket: string, whole: LabHost): Promise<void> {
  const written = await countParts(folderOn(2), whole, bucket);
  expect(written).toBeGreaterThan(0);
  const isHealed = async () => (await countParts(folderOn(disk), host, bucket)) >= written;
  await waitFor(isHealed, "the new disk to be healed", { limitMs: RECOVERY_MS });
}
