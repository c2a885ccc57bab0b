import { isAnotherStore, keepStateIfUnreachable } from "./bucket.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { randomText } from "../runtime/random-text.ts";
import { revokeServiceAccounts, listServiceAccounts } from "./service-accounts.ts";
import {
  type McResult,
  mcTry,
  hasLocationChanged,
  StoreUnreachableError,
  type StoreLocation,
  mc,
} from "./admin-client.ts";
import { changedKeys, containsUnknown, deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

export interface UserInputs {
  store: StoreLocation;
  /** The declared access key. If there is none, `check` decides it. */
  accessKey?: string;
  /** The access key of a new user without a declared one. Absent in states of earlier releases. */
  defaultAccessKey?: string;
  /** Prefix of the policy's name. Absent in states of earlier releases. */
  policyPrefix?: string;
  /** Name of the user's policy, which identifies the stack that owns the user. Decided by `check`. */
  policyName?: string;
  /** The policy as JSON. */
  policy: string;
  /** Names of all policies of the user: only its own. Decided by `check`. */
  policies?: string[];
  enabled: boolean;
  /** A change generates a new secret key. */
  generation?: string;
  /** @default - one is generated and kept in the state */
  secretKey?: string;
  /** Whether to adopt an existing user of this name. */
  adopt?: boolean;
}

/** The inputs with the values that `check` decides. */
export interface CheckedUser extends UserInputs {
  accessKey: string;
  policyName: string;
  policies: string[];
}

export interface UserState extends CheckedUser {
  secretKey: string;
  /** Access keys of unwanted service accounts of the user. Absent in states of earlier releases. */
  serviceAccounts?: string[];
}

/** MinIO's own minimum. */
const MIN_SECRET_KEY_LENGTH = 8;

/** A user of a store with its own policy. */
export const User: ResourceHandler<UserInputs, UserState> = {
  async check(olds, news) {
    const { secretKey = "", accessKey = "" } = news;
    const isTooShort = secretKey !== "" && !containsUnknown(secretKey) && secretKey.length < MIN_SECRET_KEY_LENGTH;
    const reason = `user ${accessKey}: secretKey (a secret): has fewer than ${MIN_SECRET_KEY_LENGTH} characters: give a longer one`;
    return { inputs: resolveUserNames(olds, news), failures: isTooShort ? [{ property: "", reason }] : [] };
  },

  async diff(_id, olds, news) {
    const fixed = changedKeys(olds, news, ["accessKey", "policyName"]);
    const replaces = fixed.filter((key) => !containsUnknown(news[key as keyof UserInputs]));
    if (isAnotherStore(olds.store, news.store)) replaces.push("store");
    const changed = changedKeys(olds, news, ["accessKey", "policy", "policies", "enabled", "generation"]);
    if (news.secretKey !== undefined && news.secretKey !== olds.secretKey) changed.push("secretKey");
    const isWanted = (olds.serviceAccounts ?? []).length === 0;
    return {
      changes: replaces.length + changed.length > 0 || !isWanted || hasLocationChanged(olds.store, news.store),
      replaces,
    };
  },

  async create(given) {
    const inputs = given as CheckedUser;
    const { store, accessKey, policyName } = inputs;
    const live = await inspectUser(store, accessKey);
    const left = live && (await getPolicy(store, policyName)) !== undefined;
    // A user that a killed `up` of this stack created has this stack's policy, or none yet.
    if (live && !inputs.adopt && !(left && live.policies.every((name) => name === policyName))) {
      throw new ResourceError(
        `accessKey "${accessKey}": the store already has a user of that name, which does not belong to this stack: ` +
          "set adopt: true, choose another name, or remove it with `mc admin user remove`",
      );
    }
    const secretKey = inputs.secretKey ?? randomText(40);
    await ensureUser(inputs, secretKey, live?.policies ?? []);
    if (live && !inputs.adopt) await revokeServiceAccounts(store, accessKey);
    return { id: accessKey, outs: { ...inputs, secretKey, serviceAccounts: [] } };
  },

  async read(id, state) {
    if (!state)
      throw new ResourceError(
        `user ${id} cannot be imported: MinIO does not return its secret key: declare a MinioUser with adopt: true`,
      );
    const live = await keepStateIfUnreachable(state, () => readUser(state));
    if (!live) return NOT_FOUND;
    const { secretKey: _secret, serviceAccounts: _accounts, ...inputs } = live;
    return { id, props: live, inputs };
  },

  async update(_id, olds, given) {
    const news = given as CheckedUser;
    const kept = olds.generation === news.generation ? olds.secretKey : randomText(40);
    const secretKey = news.secretKey ?? kept;
    const live = await inspectUser(news.store, news.accessKey);
    await ensureUser(news, secretKey, live?.policies ?? []);
    // By now, MinIO rejects the previous secret key, and the policy keeps the user from creating service accounts.
    const isRotated = secretKey !== olds.secretKey;
    if (isRotated || !live?.enabled || olds.serviceAccounts?.length) {
      const revoked = await revokeServiceAccounts(news.store, news.accessKey);
      if (revoked.length > 0) logLine(`user ${news.accessKey}: service accounts removed: ${revoked.join(", ")}`);
    }
    return { outs: { ...news, serviceAccounts: [], secretKey } };
  },

  async delete(_id, { store, accessKey, policyName }) {
    try {
      throwUnlessNotFound(await mcTry(store, ["admin", "user", "remove", "local", accessKey]));
      throwUnlessNotFound(await mcTry(store, ["admin", "policy", "remove", "local", policyName]));
    } catch (error) {
      if (!(error instanceof StoreUnreachableError)) throw error;
      logLine(`user ${accessKey} stays in store ${store.serviceName}: ${error.message}`);
    }
  },
};

/**
 * Returns the inputs with the access key and the names of the policy. A user keeps its names until another access key
 * is declared, so users of earlier releases do not change.
 */
export function resolveUserNames(olds: Partial<UserInputs>, news: UserInputs): UserInputs {
  const accessKey = news.accessKey ?? olds.accessKey ?? news.defaultAccessKey;
  const keeps = accessKey === olds.accessKey && olds.policyName !== undefined;
  const named = containsUnknown(accessKey) ? accessKey : `${news.policyPrefix}:${accessKey}`;
  const policyName = keeps ? olds.policyName : named;
  return { ...news, accessKey, policyName, policies: policyName === undefined ? [] : [policyName] };
}

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

/** Creates or updates the policy and then the user, so that the user never exists without its policy. */
async function ensureUser(inputs: CheckedUser, secretKey: string, policies: string[]): Promise<void> {
  const { store, accessKey, policyName, policy } = inputs;
  await mc(store, ["admin", "policy", "create", "local", policyName, "/dev/stdin"], policy);
  for (const other of policies.filter((name) => name !== policyName)) {
    await mc(store, ["admin", "policy", "detach", "local", other, "--user", accessKey]);
  }
  // For an existing user, `add` sets the secret key and enables it.
  await mc(store, ["admin", "user", "add", "local", accessKey], `${secretKey}\n`);
  if (!policies.includes(policyName)) {
    await mc(store, ["admin", "policy", "attach", "local", policyName, "--user", accessKey]);
  }
}

async function readUser(state: UserState): Promise<UserState | undefined> {
  const { store, accessKey, policyName } = state;
  const live = await inspectUser(store, accessKey);
  if (!live) return undefined;
  const policy = (await getPolicy(store, policyName)) ?? "{}";
  // MinIO lists no service accounts of a disabled user. That is drift anyway, and the update removes them.
  const serviceAccounts = live.enabled ? await tryListServiceAccounts(store, accessKey) : [];
  return { ...state, ...live, serviceAccounts, policy: isSamePolicy(policy, state.policy) ? state.policy : policy };
}

/** Lists service accounts; none if the client in an older image cannot, because that must not fail a refresh. */
async function tryListServiceAccounts(store: StoreLocation, accessKey: string): Promise<string[]> {
  try {
    return await listServiceAccounts(store, accessKey);
  } catch (error) {
    if (!(error instanceof ResourceError) || error instanceof StoreUnreachableError) throw error;
    logLine(`${error.message}: cannot be listed`);
    return [];
  }
}

/** Returns the user's settings; undefined if it does not exist. */
async function inspectUser(
  store: StoreLocation,
  accessKey: string,
): Promise<{ policies: string[]; enabled: boolean } | undefined> {
  const info = await getInfo<{ policyName?: string; userStatus: string }>(store, "user", accessKey);
  if (!info) return undefined;
  const { policyName = "", userStatus } = info;
  return { policies: policyName.split(",").filter(Boolean).toSorted(), enabled: userStatus === "enabled" };
}

async function getPolicy(store: StoreLocation, policyName: string): Promise<string | undefined> {
  const info = await getInfo<{ policyInfo: { Policy: unknown } }>(store, "policy", policyName);
  return info && JSON.stringify(info.policyInfo.Policy);
}

async function getInfo<T>(store: StoreLocation, kind: "user" | "policy", name: string): Promise<T | undefined> {
  const answer = await mcTry<T>(store, ["admin", kind, "info", "local", name]);
  if (answer.ok) return answer.value;
  if (isNotFound(answer.code)) return undefined;
  throw new ResourceError(`${kind} ${name}: ${answer.message}`);
}

function throwUnlessNotFound(answer: McResult<unknown>): void {
  if (!answer.ok && !isNotFound(answer.code)) throw new ResourceError(answer.message);
}

const isNotFound = (code: string) => /^XMinioAdminNoSuch/.test(code);
