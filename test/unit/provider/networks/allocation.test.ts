import { expect, test } from "vitest";
import { allocationProblem, isAllocated, waitForAllocation } from "../../../../provider/networks/allocation.ts";
import { NetworkAllocation } from "../../../../provider/networks/network-allocation.ts";
import { Service } from "../../../../provider/service/service.ts";
import { specOf, type TestSwarm, withFakeTime } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start } = withFakeTime();

/** Creates an overlay network; returns its id. */
const createNetwork = (scene: TestSwarm, Name: string, Subnet: string) =>
  scene.engine(1).createNetwork({
    ...{ Name, CheckDuplicate: true, Driver: "overlay" },
    IPAM: { Driver: "default", Config: [{ Subnet }] },
  });

const getError = (work: Promise<unknown>) =>
  advanceUntilSettled(
    work.then(
      () => "no error",
      (error: Error) => error.message,
    ),
  );

const REASON = (id: string) =>
  `network late: Swarm has given it no addresses, so no task on it starts: its subnet overlaps with that of another network ` +
  `of the Swarm (ingress 10.0.0.0/24, first 10.30.0.0/16): give it another subnet, or none. The log of the leader's engine has ` +
  `more after "Failed allocation for network ${id}"`;

/** Creates two networks of the same subnet; returns the id of the one that gets no addresses. */
async function overlapping(scene: TestSwarm): Promise<string> {
  await createNetwork(scene, "first", "10.30.0.0/16");
  return createNetwork(scene, "late", "10.30.5.0/24");
}

test("a network with addresses is allocated; a network of one host always is", async () => {
  const scene = await start(1);
  const id = await createNetwork(scene, "first", "10.30.0.0/16");
  expect(await getError(waitForAllocation(scene.find, [id, "unknown"]))).toBe("no error");
  expect(isAllocated({ Scope: "swarm", Driver: "" })).toBe(false);
  expect(isAllocated({ Scope: "local", Driver: "" })).toBe(true);
});

test("a network without addresses ends the wait within seconds, with the reason", async () => {
  const scene = await start(1);
  const id = await overlapping(scene);
  const begun = performance.now();
  expect(await getError(waitForAllocation(scene.find, [id]))).toBe(REASON(id));
  // Fake time, which does not depend on the machine.
  expect(performance.now() - begun).toBeLessThan(15_000);
});

test("the allocation of a network without addresses fails, and of another one does not", async () => {
  const scene = await start(1);
  const late = { ...scene.address, networkId: await overlapping(scene) };
  const [network] = await scene.engine(1).listNetworks({ name: ["first"] });
  const first = { ...scene.address, networkId: network!.Id };
  expect(await getError(NetworkAllocation.create(first))).toBe("no error");
  expect(await getError(NetworkAllocation.create(late))).toBe(REASON(late.networkId));
  expect(await NetworkAllocation.diff("x", first, late)).toEqual({ changes: true });
  expect(await getError(NetworkAllocation.update!("x", first, late))).toBe(REASON(late.networkId));
  expect(await NetworkAllocation.diff("x", first, { ...first, managers: {} })).toEqual({ changes: false });
});

test("a service on a network without addresses is neither created nor changed", async () => {
  const scene = await start(1);
  const id = await overlapping(scene);
  const spec = specOf("a");
  const onNetwork = { ...spec, TaskTemplate: { ...spec.TaskTemplate, Networks: [{ Target: id }] } };
  expect(await getError(Service.create(scene.service(onNetwork)))).toBe(REASON(id));
  expect(scene.tasks).toEqual([]);
  const service = await advanceUntilSettled(Service.create(scene.service(spec)));
  const update = Service.update!(service.id, service.outs, scene.service(onNetwork));
  expect(await getError(update)).toBe(REASON(id));
  expect(scene.taskStates()).toEqual({ host1: "a running" });
});

test.each([
  [
    "pools without a free subnet",
    { DefaultAddrPool: ["10.0.0.0/24"], SubnetSize: 24 },
    "the address pools (10.0.0.0/24) have no free /24 left (in use: ingress 10.0.0.0/24): give it a subnet outside of them, or remove a network",
  ],
  [
    "pools with free subnets",
    {},
    "its subnet overlaps with that of another network of the Swarm (ingress 10.0.0.0/24): give it another subnet, or none",
  ],
])("tells the reason from the Swarm's networks and %s", (_, swarm, reason) => {
  const ipam = (Subnet: string) => ({ Driver: "default", Config: [{ Subnet }] });
  const networks = [
    { Name: "ingress", Scope: "swarm", IPAM: ipam("10.0.0.0/24") },
    { Name: "bridge", Scope: "local", IPAM: ipam("10.0.1.0/24") },
    { Name: "late", Scope: "swarm", IPAM: { Driver: "", Config: null } },
  ] as const;
  expect(allocationProblem(networks, swarm)).toBe(reason);
});
