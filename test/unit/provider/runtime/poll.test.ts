import { describe, expect, test, vi } from "vitest";
import { cancelAll, CancelledError } from "../../../../engine/cancellation.ts";
import { ResourceError } from "../../../../provider/runtime/errors.ts";
import { pending, ready, waitFor } from "../../../../provider/runtime/poll.ts";

const options = { subject: "service web", timeoutSeconds: 60, intervalMs: 1, report: () => {} };
const onTimeout = (reason: string) => new ResourceError(`timed out: ${reason}`);

describe("a wait whose run is cancelled", () => {
  test("ends with the reason for which it waited", async () => {
    const controller = new AbortController();
    const attempt = vi.fn(async () => pending("0 of 1 tasks run"));
    const waiting = waitFor(attempt, { ...options, signal: controller.signal }, onTimeout);
    controller.abort();
    await expect(waiting).rejects.toEqual(new CancelledError("service web: cancelled: 0 of 1 tasks run"));
  });

  test("does not end as a failed change, which would be rolled back", async () => {
    const waiting = waitFor(async () => pending("…"), { ...options, signal: AbortSignal.abort() }, onTimeout);
    const error: unknown = await waiting.catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).not.toBeInstanceOf(ResourceError);
  });

  test("returns a result that it already has", async () => {
    const signal = AbortSignal.abort();
    await expect(waitFor(async () => ready("up"), { ...options, signal }, onTimeout)).resolves.toBe("up");
  });

  test("is every wait of the process once Pulumi cancels the run", async () => {
    const waiting = waitFor(async () => pending("…"), options, onTimeout);
    cancelAll();
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
  });
});
