import { expect, test } from "vitest";
import { Member } from "../../../../provider/swarm/member.ts";
import type { MemberInputs } from "../../../../provider/swarm/member-inputs.ts";
import { OWNER, type TestSwarm, withFakeTime } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";
import { ownerLabels } from "../../../../core/labels.ts";

const { start } = withFakeTime();

/** Returns the inputs of a host that is already a worker of the Swarm, as after a killed `up`. */
function inputsOf({ fake, address }: TestSwarm, number: number, more: Partial<MemberInputs> = {}): MemberInputs {
  const { connection, hostname, address: advertiseAddress } = fake.engine(number);
  return {
    ...{ ...address, connection, hostKey: hostname, owner: OWNER, role: "worker", advertiseAddress },
    ...{ machineId: `machine${number}`, timeoutSeconds: 60 },
    ...more,
  };
}

const nodeOf = ({ swarm, fake }: TestSwarm, number: number) => swarm.node(fake.engine(number).nodeId).Spec;

/** Starts a Swarm of one manager and two workers, which this state created if it is `own`. */
async function scene(own: boolean): Promise<TestSwarm> {
  const started = await start(3);
  const { Version, Spec } = started.swarm.inspect();
  const owner = own ? OWNER : { ...OWNER, id: "another-state" };
  started.swarm.update(Version.Index, { ...Spec, Labels: ownerLabels(owner) }, () => false);
  return started;
}

const label = (one: TestSwarm, number: number, labels: Record<string, string>) => {
  const node = one.swarm.node(one.fake.engine(number).nodeId);
  node.Spec = { ...node.Spec, Labels: { ...node.Spec.Labels, ...labels } };
};

test.each([
  ["of this state's Swarm gets its labels, its availability and its owner", true, ownerLabels(OWNER)],
  ["of another state's Swarm gets its labels and availability, but no owner", false, {}],
])("a node %s", async (_what, own, owner) => {
  const one = await scene(own);
  label(one, 2, { theirs: "1" });
  const inputs = inputsOf(one, 2, { labels: { disk: "fast" }, availability: "pause" });
  const { outs } = await advanceUntilSettled(Member.create(inputs));
  expect(outs.isOwned).toBe(own);
  expect(nodeOf(one, 2)).toMatchObject({ Availability: "pause" });
  expect(nodeOf(one, 2).Labels).toEqual({ theirs: "1", disk: "fast", ...owner });
});

test("changes only its own labels, and leaves an availability that is not given", async () => {
  const one = await scene(true);
  const olds = (await advanceUntilSettled(Member.create(inputsOf(one, 2, { labels: { a: "1", b: "1" } })))).outs;
  label(one, 2, { theirs: "1" });
  one.swarm.node(one.fake.engine(2).nodeId).Spec.Availability = "drain";
  const news = inputsOf(one, 2, { labels: { b: "2" } });
  await advanceUntilSettled(Member.update!(one.fake.engine(2).nodeId, olds, news));
  expect(nodeOf(one, 2).Labels).toEqual({ ...ownerLabels(OWNER), theirs: "1", b: "2" });
  expect(nodeOf(one, 2).Availability).toBe("drain");
});

test.each<[string, Partial<MemberInputs>, Partial<MemberInputs>, boolean]>([
  ["a changed label", { labels: { a: "1" } }, { labels: { a: "2" } }, true],
  ["a removed label", { labels: { a: "1" } }, { labels: {} }, true],
  ["another label", { labels: { a: "1" } }, { labels: { a: "1" } }, false],
  ["another availability", { availability: "active" }, { availability: "drain" }, true],
  ["an availability that is not managed", {}, {}, false],
])("reports %s as drift or not", async (_what, settings, live, drifted) => {
  const one = await scene(true);
  const { id, outs } = await advanceUntilSettled(Member.create(inputsOf(one, 2, settings)));
  const node = one.swarm.node(id);
  node.Spec = {
    ...node.Spec,
    Labels: { ...ownerLabels(OWNER), ...live.labels, theirs: "1" },
    Availability: live.availability ?? "drain",
  };
  const { props, inputs } = await advanceUntilSettled(Member.read(id, outs));
  expect(inputs?.labels).toEqual(settings.labels === undefined ? undefined : live.labels);
  expect(inputs?.availability).toBe(settings.availability === undefined ? undefined : live.availability);
  const { changes } = await advanceUntilSettled(Member.diff(id, props!, inputsOf(one, 2, settings)));
  expect(changes).toBe(drifted);
});

test("a node of another state's Swarm stays, without its labels", async () => {
  const one = await scene(false);
  const inputs = inputsOf(one, 2, { labels: { disk: "fast" } });
  const { id, outs } = await advanceUntilSettled(Member.create(inputs));
  label(one, 2, { theirs: "1" });
  await advanceUntilSettled(Member.delete!(id, outs));
  expect(nodeOf(one, 2).Labels).toEqual({ theirs: "1" });
  expect(one.fake.requests.filter((request) => request.includes("POST /swarm/leave"))).toEqual([]);
});

test("a replaced node loses its labels before the new one gets them", async () => {
  const one = await scene(true);
  const labels = { disk: "fast" };
  const { id, outs } = await advanceUntilSettled(Member.create(inputsOf(one, 2, { labels })));
  const news = { ...inputsOf(one, 3, { labels }), hostKey: outs.hostKey };
  const { replaces } = await advanceUntilSettled(Member.diff(id, outs, news));
  expect(replaces).toEqual(["machineId"]);
  one.fake.requests.length = 0;
  const created = await advanceUntilSettled(Member.create(news));
  const updates = one.fake.requests.filter((request) => /POST \/nodes\/.*\/update/.test(request));
  expect(updates.map((request) => [id, created.id].find((node) => request.includes(node)))).toEqual([id, created.id]);
  expect(nodeOf(one, 2).Labels).toEqual(ownerLabels(OWNER));
  expect(nodeOf(one, 3).Labels).toEqual({ ...ownerLabels(OWNER), ...labels });
});
