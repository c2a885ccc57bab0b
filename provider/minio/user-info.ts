import { deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { type McResult, mcTry, type StoreLocation } from "./admin-client.ts";

/** Returns the user's settings; undefined if it does not exist. */
export async function inspectUser(
  store: StoreLocation,
  accessKey: string,
): Promise<{ policies: string[]; enabled: boolean } | undefined> {
  const info = await getInfo<{ policyName?: string; userStatus: string }>(store, "user", accessKey);
  if (!info) return undefined;
  const { policyName = "", userStatus } = info;
  return { policies: policyName.split(",").filter(Boolean).toSorted(), enabled: userStatus === "enabled" };
}

/** Returns a policy as JSON; undefined if it does not exist. */
export async function getPolicy(store: StoreLocation, policyName: string): Promise<string | undefined> {
  const info = await getInfo<{ policyInfo: { Policy: unknown } }>(store, "policy", policyName);
  return info && JSON.stringify(info.policyInfo.Policy);
}

async function getInfo<T>(store: StoreLocation, kind: "user" | "policy", name: string): Promise<T | undefined> {
  const answer = await mcTry<T>(store, ["admin", kind, "info", "local", name]);
  if (answer.ok) return answer.value;
  if (isNotFound(answer.code)) return undefined;
  throw new ResourceError(`${kind} ${name}: ${answer.message}`);
}

/** @throws ResourceError if the command failed for another reason than that the object does not exist. */
export function throwUnlessNotFound(answer: McResult<unknown>): void {
  if (!answer.ok && !isNotFound(answer.code)) throw new ResourceError(answer.message);
}

const isNotFound = (code: string) => /^XMinioAdminNoSuch/.test(code);

/** Returns whether two policies are equal, regardless of the order of their elements. */
export function isSamePolicy(a: string, b: string): boolean {
  return deepEqual(sortDeep(JSON.parse(a)), sortDeep(JSON.parse(b)));
}

function sortDeep(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortDeep).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, field]) => [key, sortDeep(field)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
