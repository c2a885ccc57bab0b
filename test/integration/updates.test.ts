import type { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { beforeAll, expect, test } from "vitest";
import { LOCK_EXPIRY_SECONDS, probeCommands } from "../../components/minio/spec/probes.ts";
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
 * Checks that no operation of a client with the SDK's default retries failed while members restarted one by one. Each
 * stop may cancel the one operation that this client has in flight.
 */
function expectUnharmed(account: TrafficReport): void {
  expect(account).toMatchObject({ lost: [], changed: [], retrying: { failed: [] } });
  expect(account.retrying.cancelled.length).toBeLessThanOrEqual(HOSTS);
}

/** Updates of a store on four hosts while a client writes and reads. Prints the client's report. */
describeOnLab(
  "updates of a live store",
  (fixture) => {
    let stack: TestStack;
    let access: StoreAccess;
    const bucket = "all-along";

    beforeAll(async () => {
      const { lab } = fixture();
      const hosts = {
        a: hostConfig(lab.host(1), "manager"),
        b: hostConfig(lab.host(2), "manager"),
        c: hostConfig(lab.host(3), "manager"),
        d: hostConfig(lab.host(4), "worker"),
      };
      stack = await fixture().hostsStack(hosts, { minReadySeconds: 1 });
      await stack.up();
      await waitUntilShared(stack);
      access = await getStoreAccess(stack);
    });

    /** Lists memory limit and state of the store's tasks. */
    async function settings(): Promise<string[]> {
      const tasks = await fixture()
        .lab.host(1)
        .engine.listTasks({ "desired-state": ["running"] });
      return tasks.map(({ Spec, Status }) => `${Spec.Resources?.Limits?.MemoryBytes ?? 0} ${Status.State}`).toSorted();
    }

    test("another image: restarts all members at once with a short outage, and loses nothing", async () => {
      const { images } = fixture();
      stack.config("image", images.b);
      const client = await TrafficClient.start({ access, bucket });
      const { output } = await stack.up();
      const account = await client.finish();
      expect(output).toMatch(
        /store-main: all tasks restart at once, a short outage: .*Image.*to stop the tasks \(at most 60 s\).*no task stops before its host has the image/,
      );
      console.log(`all at once (another image):\n${formatTraffic(account)}`);
      expect(account).toMatchObject({ lost: [], changed: [] });
    });

    test("another network: restarts all members at once, so that they keep finding each other", async () => {
      stack.config("networks", ["moved"]);
      stack.config("dataNetwork", "moved");
      const client = await TrafficClient.start({ access, bucket });
      const { output } = await stack.up();
      const account = await client.finish();
      expect(output).toMatch(/store-main: all tasks restart at once, .*Networks\[0\]/);
      console.log(`all at once (another network):\n${formatTraffic(account)}`);
      expect(account).toMatchObject({ lost: [], changed: [] });
      expect((await stack.preview()).steps).toEqual([]);
      await waitUntilShared(stack);
    });

    /** Lists the ids of the running tasks, which are the same as before only if no member restarted. */
    async function running(): Promise<string[]> {
      const tasks = await fixture()
        .lab.host(1)
        .engine.listTasks({ "desired-state": ["running"] });
      return tasks.map(({ ID }) => ID).toSorted();
    }

    test("a setting that MinIO rejects: restarts no member, and the error names the variable", async () => {
      stack.config("store", { environment: { MINIO_ROOTDRIVE_THRESHOLD_SIZE: "much" } });
      const before = await running();
      const client = await TrafficClient.start({ access, bucket });
      const { output } = await stack.expectFailure("up");
      const account = await client.finish();
      console.log(`all at once, rejected beforehand:\n${formatTraffic(account)}`);
      expect(output).toMatch(
        /environment\.MINIO_ROOTDRIVE_THRESHOLD_SIZE "much": .*FATAL Invalid much value in root drive threshold/,
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
      await getOnlyService(fixture().lab.host(1).engine);
    });

    test("settings for which no host has enough resources: are rolled back", async () => {
      const { engine } = fixture().lab.host(1);
      const { Spec } = await getOnlyService(engine);
      const environment = { MINIO_API_REQUESTS_MAX: "200" };
      stack.config("store", { timeoutSeconds: 20, cpuReservation: 1000, environment });
      const client = await TrafficClient.start({ access, bucket });
      const { output } = await stack.expectFailure("up");
      await client.waitForSuccess();
      const account = await client.finish();
      console.log(`all at once, rolled back:\n${formatTraffic(account)}`);
      expect(output).toMatch(
        /not ready within timeoutSeconds 20: .*Rolled back to the previous settings: service store-main\./,
      );
      expect(account).toMatchObject({ lost: [], changed: [] });
      expect((await getOnlyService(engine)).Spec.TaskTemplate).toEqual(Spec.TaskTemplate);
      expect(await running()).toHaveLength(HOSTS);
      const { steps } = await stack.preview();
      expect(steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["update store-main"]);
      await waitUntilShared(stack);
    });

    test("a killed member's locks: allow the stop of one more member, not of two", async () => {
      const { lab } = fixture();
      const { engine } = lab.host(1);
      const [first = ""] = access.endpoints;
      const s3 = createS3Client({ ...access, endpoints: [first] }, 60_000, 1);
      const object = { Bucket: bucket, Key: "large" };
      await s3.send(new PutObjectCommand({ ...object, Body: Buffer.alloc(64 * 2 ** 20) }));
      // The member holds the object's lock for as long as the body is not read.
      const { Body } = await s3.send(new GetObjectCommand(object));
      (Body as Readable).on("error", () => undefined);
      const nodes = (await engine.listNodes()).map(({ ID, Description }) => {
        const { socket } = lab.hosts.find(({ hostname }) => hostname === Description.Hostname)!;
        return [Description.Hostname, { nodeId: ID, connection: { host: socket } }] as const;
      });
      const locks = new StaleLockTracker(
        { command: probeCommands("mc").locks, expirySeconds: LOCK_EXPIRY_SECONDS, internalPrefix: "." },
        Object.fromEntries(nodes),
      );
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
      const because = "waiting for locks of stopped tasks to expire: 1";
      expect(await locks.canStop(await allRunning())).toEqual({ done: false, reason: because });
      s3.destroy();
    });

    test("another memory limit: restarts members one by one, and no operation fails after the SDK's retries", async () => {
      // Use the default delay between two members.
      stack.config("minReadySeconds", undefined);
      stack.config("store", { memoryLimitMiB: 1024 });
      const client = await TrafficClient.start({ access, bucket });
      const { output } = await stack.up();
      const account = await client.finish();
      expect(output).toMatch(
        /store-main: its tasks restart one by one: .*MemoryBytes changed; each waits until .*maintenance check/,
      );
      console.log(`one by one (another memory limit):\n${formatTraffic(account)}`);
      expectUnharmed(account);
      expect((await stack.preview()).steps).toEqual([]);
      expect(await settings()).toEqual(Array(HOSTS).fill(`${1024 * 2 ** 20} running`));
    });

    test("a reservation that no host can meet: the first task stays pending, and the others keep serving", async () => {
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
      expect(output).toMatch(/0 of 4 tasks have the change; .*the other tasks were not changed/);
      expectUnharmed(account);
      expect((await settings()).filter((line) => line.endsWith(" running"))).toHaveLength(3);
    });

    test("a value that works: starts the pending task first, then restarts the others one by one", async () => {
      stack.config("store", { memoryLimitMiB: 1100 });
      const client = await TrafficClient.start({ access, bucket });
      await stack.up();
      const account = await client.finish();
      console.log(`fixed with a third value:\n${formatTraffic(account)}`);
      expectUnharmed(account);
      expect(await settings()).toEqual(Array(HOSTS).fill(`${1100 * 2 ** 20} running`));
      const { Spec } = await getOnlyService(fixture().lab.host(1).engine);
      expect(Spec.UpdateConfig?.Delay ?? 0).toBe(0);
    });
  },
  { hosts: HOSTS },
);
