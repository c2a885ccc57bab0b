import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Engine } from "../../engine/engine.ts";
import { removeVolume } from "./manual-changes.ts";
import { TrafficClient, type StoreAccess, formatTraffic } from "./traffic-client.ts";
import { listOwnedObjects } from "./engine-contents.ts";
import { killTree } from "./kill-tree.ts";
import { allCases, selectCases, type Classes, describeOmittedCases } from "../../toolchain/one-of-each.ts";
import type { EngineEvent } from "../../commands/lib/events.ts";
import { openBuckets, randomObject } from "./s3.ts";
import { ONE_DRIVE, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

/** The condition on which `up` is killed. */
interface Moment {
  when: string;
  happened(events: readonly EngineEvent[], engine: Engine): boolean | Promise<boolean>;
}

const begun = (name: string) => (events: readonly EngineEvent[]) =>
  events.some(({ resourcePreEvent }) => isChangeOf(name, resourcePreEvent?.metadata));

const done = (name: string) => (events: readonly EngineEvent[]) =>
  events.some(({ resOutputsEvent }) => isChangeOf(name, resOutputsEvent?.metadata));

function isChangeOf(name: string, metadata: { op: string; urn: string } | undefined): boolean {
  return metadata !== undefined && metadata.op !== "same" && metadata.urn.endsWith(`::${name}`);
}

const hasService = async (_events: readonly EngineEvent[], engine: Engine) => (await engine.listServices()).length > 0;

/** Moments of an `up` that creates everything, by what the next one finds. The first of each class always runs. */
const CREATING: Classes<Moment> = {
  "nothing is in the engine": [
    { when: "the credentials are created", happened: done("minio-credentials") },
    { when: "the program has just started", happened: begun("pulumi-swarm-test") },
    { when: "the host is being inspected", happened: begun("local-machine") },
  ],
  "a Swarm is in the engine, and not all of it in the state": [
    {
      when: "the engine has just become a Swarm",
      happened: async (_events, engine) => (await engine.inspectSwarm()).ID !== "",
    },
    { when: "the Swarm is recorded, its member not yet", happened: begun("swarm-member-local") },
  ],
  "a resource of the docker provider is in the engine, and not in the state": [
    {
      when: "the network is in the engine",
      happened: async (_events, engine) => (await engine.listNetworks({ name: ["minio-overlay-network"] })).length > 0,
    },
    {
      when: "the first secret is in the engine",
      happened: async (_events, engine) => (await engine.listSecrets()).length > 0,
    },
  ],
  "the service is in the engine, and not ready": [
    {
      when: "the service's task runs, and MinIO is not ready",
      happened: async (_events, engine) => (await engine.listContainers()).some(({ State }) => State === "running"),
    },
    { when: "the service is in the engine, and does not run", happened: hasService },
  ],
};

/** Of an `up` that changes the root user: secrets are replaced and all tasks restart. */
const UPDATING: Classes<Moment> = {
  "secrets of two generations": [
    {
      when: "new and old secrets exist",
      happened: async (_events, engine) => (await engine.listSecrets()).length >= 5,
    },
    { when: "the first new secret is about to be created", happened: begun("minio-root-user") },
    { when: "the service is updated, and the old secrets still exist", happened: done("minio-main") },
  ],
  "a service that is being updated": [
    {
      when: "the old task has ended",
      happened: async (_events, engine) => !(await engine.listContainers()).some(({ State }) => State === "running"),
    },
    { when: "the service's update has begun", happened: begun("minio-main") },
  ],
};

/** The bucket that a client writes to and reads from meanwhile. */
const BUCKET = "all-along";

describeOnLab("up is killed, and the next one converges with nothing orphaned", (fixture) => {
  let stack: TestStack;

  /** Starts `up`, and kills it at that moment. */
  async function killed({ happened }: Moment): Promise<void> {
    const { engine } = fixture().host;
    const up = stack.start("up", ["--yes", "--skip-preview"]);
    let ended = false;
    void up.outcome.then(() => (ended = true));
    while (!(await happenedBy(happened, up.events(), engine))) {
      if (ended) throw new Error(`up ended before it could be killed:\n${(await up.outcome).output}`);
      await pause(10);
    }
    killTree(up.pid);
    const { exitCode } = await up.outcome;
    expect(exitCode).not.toBe(0);
  }

  async function expectConverged(): Promise<void> {
    const { engine } = fixture().host;
    stack.unlock();
    await stack.up();
    expect((await stack.preview()).steps).toEqual([]);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);

    expect(await listOwnedObjects(engine)).toEqual([
      "network network",
      "secret minio-mc-host-config",
      "secret minio-root-password",
      "secret minio-root-user",
      "service minio-main",
    ]);
    const ids = [...(await engine.listServices()), ...(await engine.listSecrets())].map(({ ID }) => ID);
    const network = (await engine.listNetworks({ name: ["minio-overlay-network"] })).map(({ Id }) => Id);
    const recorded = stack
      .state()
      .resources.filter(({ type }) => /^swarm:index:Service$|secret:Secret|network:Network/.test(type));
    const recordedIds = recorded.flatMap(({ id }) => id ?? []);
    expect(recordedIds.toSorted()).toEqual([...ids, ...network].toSorted());

    const bucket = (await openBuckets(stack, `b-${Date.now()}`))["local"]!;
    const object = randomObject();
    await bucket.create();
    await bucket.put("object", object);
    expect(object.equals(await bucket.get("object"))).toBe(true);
  }

  /** Removes what an earlier test created. */
  async function startOver(): Promise<void> {
    const { engine } = fixture().host;
    if ((await engine.info()).Swarm.LocalNodeState === "active") await engine.leaveSwarm(true);
    for (const volume of await engine.listVolumes()) await removeVolume(engine, volume.Name);
  }

  test.each(selectCases(CREATING))("while it creates everything: when $when", async (moment) => {
    await startOver();
    stack = await fixture().stack({ drives: ONE_DRIVE });
    await killed(moment);
    await expectConverged();
  });

  test.each(selectCases(UPDATING))("while it changes a store in use: when $when", async (moment) => {
    if (!stack) stack = await fixture().stack({ drives: ONE_DRIVE });
    stack.config("buckets", { [BUCKET]: {} });
    stack.config("users", { app: { [BUCKET]: "readwrite" } });
    await stack.up();
    const client = await TrafficClient.start({ access: await accessOfApp(), bucket: BUCKET });
    stack.config("rootUser", `user-${allCases(UPDATING).indexOf(moment)}`);
    await killed(moment);
    await expectConverged();
    const account = await client.finish();
    console.log(`up was killed when ${moment.when}:\n${formatTraffic(account)}`);
    expect(account).toMatchObject({ lost: [], changed: [] });
  });

  /** Returns the credentials of the application's user, which stay when the root user changes. */
  async function accessOfApp(): Promise<StoreAccess> {
    const outputs = (await stack.outputs({ showSecrets: true })) as {
      endpoints: Record<string, string>;
      users: Record<"app", { accessKey: string; secretKey: string }>;
    };
    const { accessKey: user, secretKey: password } = outputs.users.app;
    return { endpoints: Object.values(outputs.endpoints), user, password };
  }

  const meta = { notRun: describeOmittedCases("moments at which up is killed", [CREATING, UPDATING]) };

  test("destroy leaves only the data", { meta }, async () => {
    await stack.destroy();
    expect(stack.state().resources).toEqual([]);
    expect((await fixture().host.engine.info()).Swarm.LocalNodeState).toBe("inactive");
  });
});

async function happenedBy(
  happened: Moment["happened"],
  events: readonly EngineEvent[],
  engine: Engine,
): Promise<boolean> {
  try {
    return await happened(events, engine);
  } catch {
    // An engine that is in no Swarm answers requests for Swarm objects with an error.
    return false;
  }
}
