import type { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { beforeAll, expect, test } from "vitest";
import { probeCommands } from "../../components/minio/spec/probes.ts";
import { StaleLockTracker } from "../../provider/service/stale-locks.ts";
import {
  getStoreAccess,
  type TrafficReport,
  TrafficClient,
  type StoreAccess,
  formatTraffic,
} from "./traffic-client.ts";
import { getOnlyService, waitFor } from "./manual-changes.ts";
import { createS3Client } from "./s3-client.ts";
import { waitUntilShared } from "./s3.ts";
import { hostConfig, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

const HOSTS = 4;

/**
 * What a client with the SDK's default retries sees of members that change in turn: no operation fails, and each
 * member's stop cancels at most the one that this client has under way.
 */
function expectUnharmed(account: TrafficReport): void {
  expect(account).toMatchObject({ lost: [], changed: [], retrying: { failed: [] } });
  expect(account.retrying.cancelled.length).toBeLessThanOrEqual(HOSTS);
}

/** Updates of a store on four hosts, with a client that writes and reads all along. What it sees is printed. */
describeOnLab(
  "updates of a live store",
  (scene) => {
    let stack: TestStack;
    let access: StoreAccess;
    const bucket = "all-along";

    beforeAll(async () => {
      const { lab } = scene();
      const hosts = {
        a: hostConfig(lab.host(1), "manager"),
        b: hostConfig(lab.host(2), "manager"),
        c: hostConfig(lab.host(3), "manager"),
        d: hostConfig(lab.host(4), "worker"),
      };
      stack = await scene().hostsStack(hosts, { minReadySeconds: 1 });
      await stack.up();
      await waitUntilShared(stack);
      access = await getStoreAccess(stack);
    });

    /** What the store's tasks run with, one line a kind. */
    async function settings(): Promise<string[]> {
      const tasks = await scene()
        .lab.host(1)
        .engine.listTasks({ "desired-state": ["running"] });
      return tasks.map(({ Spec, Status }) => `${Spec.Resources?.Limits?.MemoryBytes ?? 0} ${Status.State}`).toSorted();
    }

    test("another image: all at once, a short outage, nothing lost", async () => {
      const { images } = scene();
      stack.config("image", images.b);
      expect((await stack.preview()).output).toMatch(
        /store-main: all tasks restart at once, a short outage: .*Image.*their stop \(at most 60 s\).*no task stops before its host has the image/,
      );
      const client = await TrafficClient.start({ access, bucket });
      await stack.up();
      const account = await client.finish();
      console.log(`all at once (another image):\n${formatTraffic(account)}`);
      expect(account).toMatchObject({ lost: [], changed: [] });
    });

    test("another network for its members: all at once too, or half of them would not find the others", async () => {
      stack.config("networks", ["moved"]);
      stack.config("dataNetwork", "moved");
      expect((await stack.preview()).output).toMatch(/store-main: all tasks restart at once, .*Networks\[0\]/);
      const client = await TrafficClient.start({ access, bucket });
      await stack.up();
      const account = await client.finish();
      console.log(`all at once (another network):\n${formatTraffic(account)}`);
      expect(account).toMatchObject({ lost: [], changed: [] });
      expect((await stack.preview()).steps).toEqual([]);
      await waitUntilShared(stack);
    });

    /** Ids of the running tasks: the same as before only if no member restarted. */
    async function running(): Promise<string[]> {
      const tasks = await scene()
        .lab.host(1)
        .engine.listTasks({ "desired-state": ["running"] });
      return tasks.map(({ ID }) => ID).toSorted();
    }

    test("a setting that MinIO refuses: no member restarts, and the error names the variable", async () => {
      stack.config("store", { environment: { MINIO_BROWSER_REDIRECT_URL: "console.example.com" } });
      const before = await running();
      const client = await TrafficClient.start({ access, bucket });
      const { output } = await stack.expectFailure("up");
      const account = await client.finish();
      console.log(`all at once, refused beforehand:\n${formatTraffic(account)}`);
      expect(output).toMatch(
        /environment\.MINIO_BROWSER_REDIRECT_URL "console\.example\.com": .*FATAL Invalid MINIO_BROWSER_REDIRECT_URL value/,
      );
      const unharmed = { failed: [], cancelled: [], rawFailures: 0 };
      expect(account).toMatchObject({
        lost: [],
        changed: [],
        missingAtFirst: [],
        retrying: unharmed,
        notRetrying: unharmed,
      });
      expect(await running()).toEqual(before);
      await getOnlyService(scene().lab.host(1).engine);
    });

    test("settings that MinIO accepts and no host has room for: the former ones come back by themselves", async () => {
      const { engine } = scene().lab.host(1);
      const { Spec } = await getOnlyService(engine);
      const environment = { MINIO_API_REQUESTS_MAX: "200" };
      stack.config("store", { timeoutSeconds: 20, cpuReservation: 1000, environment });
      const client = await TrafficClient.start({ access, bucket });
      const { output } = await stack.expectFailure("up");
      await client.waitForSuccess();
      const account = await client.finish();
      console.log(`all at once, rolled back:\n${formatTraffic(account)}`);
      expect(output).toMatch(/not ready within timeoutSeconds 20: .*Rolled back: service store-main with the former/);
      expect(account).toMatchObject({ lost: [], changed: [] });
      expect((await getOnlyService(engine)).Spec.TaskTemplate).toEqual(Spec.TaskTemplate);
      expect(await running()).toHaveLength(HOSTS);
      const { steps } = await stack.preview();
      expect(steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["update store-main"]);
      await waitUntilShared(stack);
    });

    test("what a member had locked when it was killed bears one member's stop, not two", async () => {
      const { lab } = scene();
      const { engine } = lab.host(1);
      const [first = ""] = access.endpoints;
      const s3 = createS3Client({ ...access, endpoints: [first] }, 60_000, 1);
      const object = { Bucket: bucket, Key: "large" };
      await s3.send(new PutObjectCommand({ ...object, Body: Buffer.alloc(64 * 2 ** 20) }));
      // Nobody reads on: for as long as that is so, the member holds the object's lock.
      const { Body } = await s3.send(new GetObjectCommand(object));
      (Body as Readable).on("error", () => undefined);
      const nodes = (await engine.listNodes()).map(({ ID, Description }) => {
        const { socket } = lab.hosts.find(({ hostname }) => hostname === Description.Hostname)!;
        return [Description.Hostname, { nodeId: ID, connection: { host: socket } }] as const;
      });
      const locks = new StaleLockTracker(probeCommands("mc").locks, Object.fromEntries(nodes));
      const allRunning = async () =>
        (await engine.listTasks({ "desired-state": ["running"] })).filter(({ Status }) => Status.State === "running");
      const [member] = await engine.listContainers();
      await lab.exec(1, "docker", "kill", member?.Id ?? "");
      const isBack = async () => {
        const [now] = await engine.listContainers();
        return now !== undefined && now.Id !== member?.Id && (await allRunning()).length === HOSTS;
      };
      await waitFor(isBack, "the member that was killed");
      expect(await locks.canStop(await allRunning())).toEqual({ done: true });
      locks.recordStop();
      const because = "locks of tasks that were stopped run out: 1";
      expect(await locks.canStop(await allRunning())).toEqual({ done: false, reason: because });
      s3.destroy();
    });

    test("another memory limit: one by one, and no operation fails that the SDK retries", async () => {
      // Between two members it waits for as long as users have it wait.
      stack.config("minReadySeconds", undefined);
      stack.config("store", { memoryLimitMiB: 1024 });
      expect((await stack.preview()).output).toMatch(
        /store-main: its tasks restart one by one: .*MemoryBytes changed; each waits until .*maintenance check/,
      );
      const client = await TrafficClient.start({ access, bucket });
      await stack.up();
      const account = await client.finish();
      console.log(`one by one (another memory limit):\n${formatTraffic(account)}`);
      expectUnharmed(account);
      expect((await stack.preview()).steps).toEqual([]);
      expect(await settings()).toEqual(Array(HOSTS).fill(`${1024 * 2 ** 20} running`));
    });

    test("memory set aside that no host has: the first task waits for it, the others serve on", async () => {
      stack.config("store", {
        memoryLimitMiB: 1024,
        timeoutSeconds: 30,
        rollback: false,
        memoryReservationMiB: undefined,
        cpuReservation: 1000,
      });
      const client = await TrafficClient.start({ access, bucket });
      const { output } = await stack.expectFailure("up");
      const account = await client.finish();
      console.log(`one by one, failing at the first:\n${formatTraffic(account)}`);
      expect(output).toMatch(/0 of 4 tasks have the change, and no other was touched/);
      expectUnharmed(account);
      expect((await settings()).filter((line) => line.endsWith(" running"))).toHaveLength(3);
    });

    test("another value mends it: first the task that does not run, then the others in turn", async () => {
      stack.config("store", { memoryLimitMiB: 1100 });
      const client = await TrafficClient.start({ access, bucket });
      await stack.up();
      const account = await client.finish();
      console.log(`mended by a third value:\n${formatTraffic(account)}`);
      expectUnharmed(account);
      expect(await settings()).toEqual(Array(HOSTS).fill(`${1100 * 2 ** 20} running`));
      const { Spec } = await getOnlyService(scene().lab.host(1).engine);
      expect(Spec.UpdateConfig?.Delay ?? 0).toBe(0);
    });
  },
  { hosts: HOSTS },
);
