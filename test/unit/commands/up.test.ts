import { afterEach, expect, test, vi } from "vitest";
import type { ExportedStack } from "../../../commands/lib/recorded-stack.ts";
import type { StatusReport } from "../../../commands/status/model.ts";
import { waitUntilHealthy } from "../../../commands/status/wait-until-healthy.ts";
import { recordedStack } from "../../../commands/status/stack.ts";
import { isEmptyState, IDENTITY_TYPE } from "../../../commands/lib/state.ts";
import { upArguments, type UpOptions } from "../../../commands/lib/up-arguments.ts";

const options: UpOptions = { isEmpty: false, isTerminal: true, yes: false, json: false, rest: [] };

test.each<[string, Partial<UpOptions>, string[]]>([
  ["asks on a terminal", {}, ["up", "--refresh", "--run-program", "--suppress-outputs"]],
  ["--yes", { yes: true }, ["up", "--refresh", "--run-program", "--yes", "--suppress-outputs"]],
  [
    "does not ask in a script",
    { isTerminal: false },
    ["up", "--refresh", "--run-program", "--yes", "--suppress-outputs"],
  ],
  ["--json", { json: true }, ["up", "--refresh", "--run-program", "--yes", "--json"]],
  ["the first run continues unattended after a preview", { isEmpty: true }, ["up", "--yes", "--suppress-outputs"]],
  [
    "the user's own flags come last and take precedence",
    { rest: ["--refresh=false", "--diff"] },
    ["up", "--refresh", "--run-program", "--suppress-outputs", "--refresh=false", "--diff"],
  ],
])("arguments of Pulumi: %s", (_what, given, expected) => {
  const args = upArguments({ ...options, ...given });
  expect(args).toEqual(expected);
  expect(args).not.toContain("--skip-preview");
});

const STACK = "pulumi:pulumi:Stack";

test.each([
  ["nothing", [], true],
  ["the rest after `down`", [STACK, "pulumi:providers:swarm", IDENTITY_TYPE], true],
  ["a volume in a cloud", [STACK, "aws:ebs/volume:Volume"], false],
])("a state with %s", (_what, types, isEmpty) => {
  expect(isEmptyState(types.map((type) => ({ type })))).toBe(isEmpty);
});

const SWARM = "swarm:index:";
const outputs = { endpoint: "http://a:9000", networkId: "net", swarmId: "swarm", nodes: {} };
const resource = (kind: string, id: string, outs: Record<string, unknown>) => ({
  urn: id,
  type: SWARM + kind,
  id,
  outputs: outs,
});
const member = (key: string, swarmId: string) =>
  resource("Member", `node-${key}`, { connection: { host: key }, swarmId, hostKey: key });
const service = (name: string, swarmId: string, Mounts: object[] = []) =>
  resource("Service", `id-${name}`, {
    swarmId,
    spec: { Name: name, TaskTemplate: { ContainerSpec: { Mounts } } },
  });
const exported = (...resources: ReturnType<typeof resource>[]): ExportedStack => ({
  deployment: { resources: [{ urn: "s", type: STACK, outputs }, ...resources] },
});

test("a stack has the hosts and services of its Swarm, with the volumes that they mount", () => {
  const mounts = [
    { Type: "volume", Source: "minio-d1", Target: "/drives/d1" },
    { Type: "bind", Source: "/mnt", Target: "/drives/d2" },
  ];
  const recorded = recordedStack(
    exported(
      member("b", "swarm"),
      member("a", "swarm"),
      member("c", "other"),
      service("minio-main", "swarm", mounts),
      service("gateway", "swarm"),
      service("elsewhere", "other"),
    ),
    "p",
    "dev",
  );
  expect(recorded?.members.map(({ key }) => key)).toEqual(["a", "b"]);
  expect(recorded?.services.map(({ name, volumes }) => [name, volumes])).toEqual([
    ["gateway", []],
    ["minio-main", ["minio-d1"]],
  ]);
  expect(recorded?.values).toMatchObject({ project: "p", stack: "dev", endpoint: "http://a:9000", endpoints: {} });
});

test("a destroyed stack has none, although its last outputs are still in the state", () => {
  const identity = { urn: "i", type: IDENTITY_TYPE, id: "4f1c", outputs: {} };
  expect(recordedStack(exported(identity), "p", "dev")).toBeUndefined();
});

test("a stack is not up if its outputs are those of a Swarm that it no longer has", () => {
  expect(recordedStack(exported(member("a", "another")), "p", "dev")).toBeUndefined();
});

afterEach(() => vi.useRealTimers());

/** Inspects a stack that has a number of problems in turn before it is healthy. */
async function lookedAt(problems: number): Promise<{ report: StatusReport; told: string[]; looks: number }> {
  vi.useFakeTimers();
  let looks = 0;
  const told: string[] = [];
  const look = async () => ({ problems: ++looks > problems ? [] : [`problem ${looks}`] }) as unknown as StatusReport;
  const report = waitUntilHealthy(look, (what) => told.push(what), 30_000);
  await vi.runAllTimersAsync();
  return { report: await report, told, looks };
}

test("inspects a healthy stack once", async () => {
  expect(await lookedAt(0)).toMatchObject({ report: { problems: [] }, told: [], looks: 1 });
});

test("waits for a starting stack to become healthy", async () => {
  expect(await lookedAt(3)).toMatchObject({ report: { problems: [] }, told: ["problem 1", "problem 2", "problem 3"] });
});

test("reports the last problem of a stack that does not become healthy", async () => {
  const { report, looks } = await lookedAt(1_000);
  expect(report.problems).toEqual([`problem ${looks}`]);
  expect(looks).toBeLessThan(17);
});
