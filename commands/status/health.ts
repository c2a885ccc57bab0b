import * as http from "node:http";
import * as https from "node:https";
import type { EndpointHealth } from "./store.ts";

/** Checks whether the cluster behind an endpoint has write quorum. */
export async function endpointHealth(url: string, ca?: string): Promise<EndpointHealth> {
  try {
    const status = await httpStatus(new URL("/minio/health/cluster", url), ca);
    const healthy = status === 200;
    return { url, healthy, answer: healthy ? "healthy" : `the cluster is not healthy (HTTP ${status})` };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { url, healthy: false, answer: message || code || "no answer" };
  }
}

/** Returns why an endpoint does not answer; undefined if it answers, whether healthy or not. */
export async function endpointError(url: string, ca?: string): Promise<string | undefined> {
  try {
    await httpStatus(new URL("/minio/health/live", url), ca);
    return undefined;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return message || code || "no answer";
  }
}

function httpStatus(url: URL, ca: string | undefined): Promise<number> {
  const get = url.protocol === "https:" ? https.get : http.get;
  return new Promise((resolve, reject) => {
    const request = get(url, { ca, agent: false, timeout: 5_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", reject);
  });
}
