import { expect, test } from "vitest";
import type { MachineFacts } from "../../../../provider/preflight/facts/machine.ts";
import { waitForReleasedPorts } from "../../../../provider/swarm/wait-for-ports.ts";
import { host, machine, snapshot, SWARM } from "../../preflight-snapshot.ts";

const engineHas = (...listening: number[]) => machine({ listening, portHolders: { 7946: "dockerd" } });
const seen = (machines: Record<string, MachineFacts>) => snapshot({ a: host(), b: host() }, { machines });

/** Returns an inspection with these answers, one for each call. */
function looks(...answers: Record<string, MachineFacts>[]) {
  const asked: string[][] = [];
  const look = (keys: string[]) => {
    asked.push(keys);
    return Promise.resolve(answers.shift() ?? {});
  };
  return { asked, look };
}
const quick = { intervalMs: 1, report: () => {} };

test.each<[string, MachineFacts]>([
  ["free", machine()],
  ["another program's", machine({ listening: [7946], portHolders: { 7946: "serf" } })],
  ["a manager's, on a worker", machine({ listening: [2377] })],
])("does not wait when the port is %s", async (_, facts) => {
  const { asked, look } = looks();
  const found = seen({ a: facts });
  expect(await waitForReleasedPorts(SWARM, found, look, quick)).toBe(found);
  expect(asked).toEqual([]);
});

test("waits only for engines that are releasing their ports", async () => {
  const unknown = machine({ listening: [7946, 22] });
  const { asked, look } = looks({ a: engineHas(7946), b: machine() }, { a: machine({ listening: [22] }) });
  const { machines } = await waitForReleasedPorts(SWARM, seen({ a: engineHas(7946), b: unknown }), look, quick);
  expect(asked).toEqual([["a", "b"], ["a"]]);
  expect(machines).toEqual({ a: machine({ listening: [22] }), b: machine() });
});

test("leaves an engine that keeps its port to the checks", async () => {
  const { asked, look } = looks();
  const { machines } = await waitForReleasedPorts(SWARM, seen({ a: engineHas(7946) }), look, {
    ...quick,
    timeoutSeconds: 0,
  });
  expect(asked.length).toBeGreaterThan(0);
  expect(machines["a"]?.listening).toEqual([7946]);
});
