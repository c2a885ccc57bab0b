import { expect, test } from "vitest";
import { collectSnapshot } from "../../../../provider/preflight/collect-snapshot.ts";
import { Preflight } from "../../../../provider/preflight/preflight.ts";
import { withFakeTime, type TestSwarm } from "../../../fake-swarm/test-swarm.ts";
import { advance, advanceUntilSettled } from "../../../fake-swarm/time.ts";
import { SWARM } from "../../preflight-snapshot.ts";

const { start, said } = withFakeTime();

/** Returns the test Swarm's hosts by their machines' names, as the preflight expects them. */
const hostsOf = ({ fake }: TestSwarm) =>
  Object.fromEntries(
    fake.engines.map(({ hostname, connection, address }) => [
      hostname,
      { connection, hostname, privateAddress: address },
    ]),
  );

const seen = (scene: TestSwarm, options?: { volumes?: boolean }) =>
  advanceUntilSettled(collectSnapshot(hostsOf(scene), options));

const DENIED = { status: 400, message: "context deadline exceeded" };

test("inspects every host, and a manager's Swarm", async () => {
  const scene = await start(2);
  scene.fake.engine(2).volumes.push({ Name: "v", Driver: "local", Mountpoint: "/v", Labels: null });
  const found = await seen(scene, { volumes: true });
  expect(found).toMatchObject({
    unreachable: [],
    unreachableReasons: {},
    addresses: { host1: "198.19.0.1", host2: "198.19.0.2" },
  });
  expect(found.hosts["host1"]?.manager).toMatchObject({ swarm: { ID: scene.swarm.id }, services: [] });
  expect(found.hosts["host1"]?.manager?.nodes).toHaveLength(2);
  expect(found.hosts["host2"]).toMatchObject({ manager: undefined, volumes: [{ Name: "v" }] });
});

test("knows the clock of an engine whose machine cannot be inspected", async () => {
  const { clock } = (await seen(await start(1))).hosts["host1"]!;
  // The fake engine reads the same clock between the request and its answer.
  expect(clock!.least).toBeLessThanOrEqual(0);
  expect(clock!.most).toBeGreaterThanOrEqual(0);
});

test.each(["/networks", "/containers/json", "/volumes"])(
  "reports a host that fails at %s, and inspects the others",
  async (path) => {
    const scene = await start(3);
    scene.fake.faults.add(`GET ${path}`, DENIED, { engine: scene.fake.engine(2) });
    const found = await seen(scene, { volumes: true });
    expect(Object.keys(found.hosts)).toEqual(["host1", "host3"]);
    expect(found.unreachable).toEqual(["host2"]);
    expect(found.unreachableReasons).toEqual({
      host2: "its engine answers, but a request failed: context deadline exceeded",
    });
  },
);

test.each(["/swarm", "/nodes", "/services"])("reports a manager that fails at %s", async (path) => {
  const scene = await start(2, { managers: 2 });
  scene.fake.faults.add(`GET ${path}`, DENIED, { engine: scene.fake.engine(1) });
  const found = await seen(scene);
  expect(Object.keys(found.hosts)).toEqual(["host2"]);
  expect(found.unreachableReasons).toEqual({
    host1: "its engine answers, but a request failed: context deadline exceeded",
  });
});

test("the check only warns about such a host, by its key", async () => {
  const scene = await start(2);
  scene.fake.faults.add("GET /networks", DENIED, { engine: scene.fake.engine(2) });
  const requirements = [{ ...SWARM, adopt: true, managers: ["host1"] }];
  const check = Preflight.check!({}, { hosts: hostsOf(scene), requirements, allowOutage: false });
  expect((await advanceUntilSettled(check)).failures).toEqual([]);
  expect(said()).toContain('hosts.host2 "engine": not checked: its engine answers, but a request failed');
});

test("waits for an unresponsive host without delaying the others", async () => {
  const scene = await start(3);
  scene.fake.engine(2).power = "hanging";
  scene.fake.engine(3).stop();
  const begun = performance.now();
  const found = await seen(scene);
  expect(performance.now() - begun).toBeLessThan(6_000);
  expect(Object.keys(found.hosts)).toEqual(["host1"]);
  expect(found.unreachable).toEqual(["host2", "host3"]);
  expect(found.unreachableReasons?.["host2"]).toMatch(/does not answer: no answer within 5 s$/);
  expect(found.unreachableReasons?.["host3"]).toMatch(
    /does not answer: nothing listens there: is the engine running\?$/,
  );
});

test("repeats a request after a transient error", async () => {
  const scene = await start(1);
  const { faults } = scene.fake;
  for (const request of ["GET /networks", "GET /swarm"]) faults.add(request, "reset");
  faults.add("GET /nodes", { status: 500, message: "rpc error: code = Unavailable desc = transport is closing" });
  const found = await seen(scene);
  expect(faults.left).toEqual([]);
  expect(Object.keys(found.hosts)).toEqual(["host1"]);
});

test("waits for an engine that restarts after its first answer", async () => {
  const scene = await start(1);
  const [engine] = scene.fake.engines;
  scene.fake.faults.add("GET /networks", "reset");
  setTimeout(() => engine?.stop(), 200);
  setTimeout(() => engine?.start(), 20_000);
  const begun = performance.now();
  const found = await seen(scene);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(20_000);
  expect(found.hosts["host1"]?.manager?.swarm.ID).toBe(scene.swarm.id);
});

test("reports a locked manager as locked, and requests nothing that needs the key", async () => {
  const scene = await start(2, { managers: 2 });
  const { Version, Spec } = scene.swarm.inspect();
  scene.swarm.update(Version.Index, { ...Spec, EncryptionConfig: { AutoLockManagers: true } }, () => false);
  for (const engine of scene.fake.engines) {
    engine.stop();
    engine.start();
  }
  const found = await seen(scene);
  expect(Object.values(found.hosts).map(({ info, manager }) => [info.Swarm.LocalNodeState, manager])).toEqual([
    ["locked", undefined],
    ["locked", undefined],
  ]);
  expect(found.unreachable).toEqual([]);
});

test("waits for the election of a leader", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.timing.election = 20_000;
  scene.swarm.loseLeader();
  const found = await seen(scene);
  expect(Object.values(found.hosts).map(({ manager }) => manager?.swarm.ID)).toEqual(Array(3).fill(scene.swarm.id));
});

test("omits a manager without a leader if another has one, and otherwise fails", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.engine(1).cutOff(true);
  await advance(10);
  const found = await seen(scene);
  expect(Object.keys(found.hosts)).toEqual(["host2", "host3"]);
  expect(found.unreachableReasons?.["host1"]).toContain("its Swarm has no leader");
  const [cutOff] = Object.entries(hostsOf(scene));
  await expect(advanceUntilSettled(collectSnapshot(Object.fromEntries([cutOff!])))).rejects.toThrow(
    "host host1: its Swarm has no leader: bring its managers back, or recover it from one of them with `npm run recover`",
  );
});
