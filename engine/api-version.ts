import { isVersionIn } from "./version.ts";

/** The oldest and newest version of the Engine API that this client is tested with: Docker 20.10 and 28.5. */
const OLDEST = "1.41";
const NEWEST = "1.51";

/** The version for requests to an engine, or why there is none. */
export type NegotiatedApiVersion = { version: string } | { problem: string };

/** Returns the API version to use with an engine. @param newest the newest version that the engine supports */
export function negotiateApiVersion(newest: string): NegotiatedApiVersion {
  if (isVersionIn(newest, `<${OLDEST}`)) {
    return {
      problem: `supports version ${newest} of the Engine API at most, and pulumi-swarm needs ${OLDEST}: upgrade it to Docker 20.10 or later`,
    };
  }
  return { version: isVersionIn(newest, `<${NEWEST}`) ? newest : NEWEST };
}

/** Returns whether an engine's error means that it does not support the version of the request. */
export function isVersionMismatchMessage(message: string): boolean {
  return /client version [\d.]+ is too (?:new|old)\b/.test(message);
}

/** Returns the error for an engine that rejects the version just negotiated with it. */
export function versionMismatchError(message: string): string {
  const [, oldest] = /minimum supported API version is ([\d.]*\d)/i.exec(message) ?? [];
  if (oldest === undefined) return message;
  return `requires version ${oldest} of the Engine API at least, and this pulumi-swarm supports ${NEWEST} at most: use a newer pulumi-swarm, or let the engine accept older versions ("min-api-version" in its daemon.json)`;
}
