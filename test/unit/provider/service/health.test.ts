import { expect, test } from "vitest";
import type { ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { countHealthyTasks } from "../../../../provider/service/health.ts";
import type { CommandResult } from "../../../fake-swarm/application.ts";
import { withFakeTime, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start, said } = withFakeTime();

/** Results of the readiness command. */
const ANSWERS: Record<string, CommandResult> = {
  ready: {},
  failing: { exitCode: 1, stderr: "no quorum\n" },
  hanging: { durationMs: 3_600_000 },
};

/** Counts the healthy tasks on hosts host1, host2 and so on, whose commands have these results. */
async function countTasks(answers: string[], more: Partial<ServiceInputs> = {}) {
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

test("counts tasks in which the readiness command succeeds", async () => {
  expect(await countTasks(["ready", "ready"])).toEqual({ count: 2, lines: [] });
});

test.each([
  ["fails", "failing", "no quorum"],
  ["does not answer", "hanging", "no answer to `mc ready` within 20 s"],
])("does not count a task whose command %s", async (_what, answer, why) => {
  const line = `service store: its task on host host2 runs, but its readiness check fails: ${why}`;
  expect(await countTasks(["ready", answer])).toEqual({ count: 1, lines: [line] });
});

test("counts a task on a host with an unreachable engine", async () => {
  const { count, lines } = await countTasks(["unreachable", "ready"]);
  expect(count).toBe(2);
  expect(lines).toEqual([expect.stringMatching(/^service store: the readiness check is not run on host host1: /)]);
});

test("counts all running tasks without a readiness command", async () => {
  expect(await countTasks(["failing", "hanging"], { readyCommand: undefined })).toEqual({ count: 2, lines: [] });
});

test("counts no more tasks than wanted", async () => {
  expect(await countTasks(["ready", "ready"], { tasks: 1 })).toEqual({ count: 1, lines: [] });
});
