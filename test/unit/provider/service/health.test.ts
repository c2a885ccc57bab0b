import { expect, test } from "vitest";
import type { ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { countHealthyTasks } from "../../../../provider/service/health.ts";
import type { CommandResult } from "../../../fake-swarm/application.ts";
import { withFakeTime, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start, said } = withFakeTime();

/** How a task answers the command: well or not, or not at all. */
const ANSWERS: Record<string, CommandResult> = {
  well: {},
  unwell: { exitCode: 1, stderr: "no quorum\n" },
  immutable: { durationMs: 3_600_000 },
};

/** Asks tasks that answer so, on hosts host1, host2 and so on. */
async function asked(answers: string[], more: Partial<ServiceInputs> = {}) {
  const scene = await start(answers.length);
  const id = await scene.run(specOf("minio"));
  scene.fake.application.exec = ({ hostname }) =>
    ANSWERS[answers[Number(hostname.slice("host".length)) - 1] ?? ""] ?? {};
  const inputs = scene.service(specOf("minio"), { readyCommand: ["mc", "ready"], ...more });
  const gone = { host: "unix:///nowhere/docker.sock" };
  const nodes = Object.entries(inputs.nodes).map(([key, node], at) => {
    return [key, answers[at] === "unreachable" ? { ...node, connection: gone } : node] as const;
  });
  const manager = await scene.find();
  const count = await advanceUntilSettled(
    countHealthyTasks(manager, id, { ...inputs, nodes: Object.fromEntries(nodes) }),
  );
  return { count, lines: said().split("\n").filter(Boolean) };
}

test("tasks that say that they work count", async () => {
  expect(await asked(["well", "well"])).toEqual({ count: 2, lines: [] });
});

test.each([
  ["says that it does not work", "unwell", "no quorum"],
  ["does not answer", "immutable", "no answer to `mc ready` within 20 s"],
])("a task that %s does not count", async (_what, answer, why) => {
  const line = `service store: its task on host host2 runs, but does not work: ${why}`;
  expect(await asked(["well", answer])).toEqual({ count: 1, lines: [line] });
});

test("a host whose engine does not answer is no drift", async () => {
  const { count, lines } = await asked(["unreachable", "well"]);
  expect(count).toBe(2);
  expect(lines).toEqual([expect.stringMatching(/^service store: whether it works is not asked on host host1: /)]);
});

test("without a command, tasks that run are all that is known", async () => {
  expect(await asked(["unwell", "immutable"], { readyCommand: undefined })).toEqual({ count: 2, lines: [] });
});

test("more tasks than asked for are no drift", async () => {
  expect(await asked(["well", "well"], { tasks: 1 })).toEqual({ count: 1, lines: [] });
});
