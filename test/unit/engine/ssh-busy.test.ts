import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Deadline } from "../../../engine/deadline.ts";
import { retryIfBusy } from "../../../engine/ssh-busy.ts";
import { UnreachableError, type UnreachableKind } from "../../../engine/unreachable.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Fails with these kinds of errors, and then succeeds. Returns the outcome and the number of attempts. */
async function outcomeAfter(kinds: readonly (UnreachableKind | undefined)[], seconds = 60) {
  let attempts = 0;
  const attempt = () => {
    const at = attempts++;
    return at < kinds.length ? Promise.reject(new UnreachableError("ssh://a", "x", kinds[at])) : Promise.resolve("ok");
  };
  const outcome = retryIfBusy(new Deadline(seconds), attempt).catch(() => "failed");
  await vi.runAllTimersAsync();
  return { outcome: await outcome, attempts };
}

const busy = (count: number) => Array.from({ length: count }, () => "busy" as const);

test.each([
  ["no failure", [], 60, { outcome: "ok", attempts: 1 }],
  ["a busy sshd", busy(1), 60, { outcome: "ok", attempts: 2 }],
  ["a sshd that is busy five times", busy(5), 60, { outcome: "ok", attempts: 6 }],
  ["a sshd that stays busy", busy(9), 60, { outcome: "failed", attempts: 6 }],
  ["a sshd that is busy beyond the deadline", busy(9), 0.1, { outcome: "failed", attempts: 1 }],
  ["another failure", ["login" as const], 60, { outcome: "failed", attempts: 1 }],
  ["a machine that does not answer", [undefined], 60, { outcome: "failed", attempts: 1 }],
])("%s", async (_, kinds, seconds, expected) => {
  expect(await outcomeAfter(kinds, seconds)).toEqual(expected);
});
