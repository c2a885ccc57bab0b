import { type AddressInfo, createServer, type Server } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { whilePulumiRuns } from "../../../../components/shared/while-pulumi-runs.ts";
import { CancelledError } from "../../../../engine/cancellation.ts";
import { Engine } from "../../../../engine/engine.ts";

/** An engine that accepts connections, and never answers. */
let silent: Server;
const engine = () => new Engine({ host: `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}` });

beforeEach(async () => {
  silent = createServer(() => undefined);
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
});
afterEach(() => {
  vi.restoreAllMocks();
  silent.close();
});

/** Lets Pulumi answer the program, or refuse the connection. */
function pulumiIs(state: "running" | "gone") {
  const supportsFeature = vi.fn((_request: unknown, done: (error: { code: number } | null) => void) =>
    done(state === "gone" ? { code: 14 } : null),
  );
  vi.spyOn(pulumi.runtime, "getMonitor").mockReturnValue({ supportsFeature } as never);
  return supportsFeature;
}

test("ends a request without an answer once Pulumi is gone, and no other", async () => {
  pulumiIs("gone");
  const other = engine().info(1_000);
  await expect(whilePulumiRuns(() => engine().info())).rejects.toBeInstanceOf(CancelledError);
  await expect(other).rejects.toThrow("no answer within 1 s");
});

test("lets a request wait while Pulumi runs, and then asks no more", async () => {
  const asked = pulumiIs("running");
  await expect(whilePulumiRuns(() => engine().info(1_200))).rejects.toThrow("no answer within 1.2 s");
  expect(asked).toHaveBeenCalledTimes(2);
  await new Promise((done) => setTimeout(done, 600));
  expect(asked).toHaveBeenCalledTimes(2);
});
