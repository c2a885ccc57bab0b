import * as pulumi from "@pulumi/pulumi";
import resources from "@pulumi/pulumi/proto/resource_pb.js";
import { CancelledError, cutOffBy } from "../../engine/cancellation.ts";

/** Milliseconds after which a program asks whether Pulumi still waits for it. */
const ASK_MS = 500;

/** gRPC's status of a server that has ended. */
const UNAVAILABLE = 14;

/**
 * Runs requests of a program to engines, and ends them once Pulumi no longer serves it. After Ctrl-C, Pulumi tells its
 * plugins, but only waits for the program, which a request without an answer would keep alive.
 */
export async function whilePulumiRuns<T>(work: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const question = setInterval(() => {
    const monitor = pulumi.runtime.getMonitor();
    monitor?.supportsFeature(new resources.SupportsFeatureRequest(), (error) => {
      if (Number(error?.code) === UNAVAILABLE) ended.abort(new CancelledError("cancelled: run it again to resume"));
    });
  }, ASK_MS);
  try {
    return await cutOffBy(ended.signal, work);
  } finally {
    clearInterval(question);
  }
}
