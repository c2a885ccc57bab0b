/** The versions of the Engine API that this client is tested with: those of Docker 20.10 and 28.5. */
const OLDEST = "1.41";
const NEWEST = "1.51";

/** The version in which to speak with an engine, or why there is none. */
export type NegotiatedApiVersion = { version: string } | { problem: string };

/** @param newest the newest that the engine speaks */
export function negotiateApiVersion(newest: string): NegotiatedApiVersion {
  if (isOlder(newest, OLDEST)) {
    return {
      problem: `speaks version ${newest} of the Engine API at most, and pulumi-swarm needs ${OLDEST}: upgrade it to Docker 20.10 or later`,
    };
  }
  return { version: isOlder(newest, NEWEST) ? newest : NEWEST };
}

/** Whether an engine's error says that it does not speak the version that it was asked in. */
export function isVersionMismatchMessage(message: string): boolean {
  return /client version [\d.]+ is too (?:new|old)\b/.test(message);
}

/** What is wrong with an engine that does not speak the version that was agreed on a moment ago, by its own words. */
export function versionMismatchError(message: string): string {
  const [, oldest] = /minimum supported API version is ([\d.]*\d)/i.exec(message) ?? [];
  if (oldest === undefined) return message;
  return `speaks version ${oldest} of the Engine API at least, and this pulumi-swarm knows ${NEWEST} at most: use a newer one, or let the engine speak older versions ("min-api-version" in its daemon.json)`;
}

function isOlder(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
