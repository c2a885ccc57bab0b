import { expect, test } from "vitest";
import type { TaskDetails } from "../../../../engine/types.ts";
import { taskError, waitingReason } from "../../../../provider/service/task-snapshot.ts";

const task = (State: string, Message: string, Err?: string) =>
  ({ Spec: { ContainerSpec: { Image: "x" } }, Status: { State, Message, Err } }) as TaskDetails;

test.each([
  [
    "Swarm's error",
    task("pending", "pending task scheduling", "no suitable node (insufficient resources on 3 nodes)"),
    "no suitable node (insufficient resources on 3 nodes)",
  ],
  ["what a task without an error waits for", task("pending", "pending task scheduling"), "pending task scheduling"],
  [
    "what a new task waits for",
    task("new", "created"),
    "Swarm has not given it addresses yet: are its networks' subnets full?",
  ],
  ["nothing about a task that starts", task("preparing", "preparing"), undefined],
])("tells why a task does not run: %s", (_, waiting, reason) => expect(waitingReason(waiting)).toBe(reason));

const STALE =
  'network sandbox join failed: subnet sandbox join failed for "10.0.1.0/24": error creating vxlan interface: file exists';

test.each([
  [STALE, `${STALE}: restart Docker on the task's host (\`systemctl restart docker\`), which removes the interface`],
  ["task: non-zero exit (1)", "task: non-zero exit (1)"],
])("names the fix of a task's error: %s", (error, expected) =>
  expect(taskError(task("failed", "started", error))).toBe(expected),
);
