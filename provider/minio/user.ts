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
  /** The access key asked for; `check` decides it where there is none. */
  accessKey?: string;
  /** The access key of a new user for which none is asked. Absent in states of earlier releases. */
  defaultAccessKey?: string;
  /** How the name of the user's policy begins. Absent in states of earlier releases. */
  policyPrefix?: string;
  /** Name of the user's own policy. It tells whose the user is. Decided by `check`. */
  policyName?: string;
  /** The policy's text, JSON. */
  policy: string;
  /** Names of the policies that the user has: its own and no other. Decided by `check`. */
  policies?: string[];
  enabled: boolean;
  /** Another text makes another secret key. */
  generation?: string;
  /** The secret key asked for. @default - one is generated and kept in the state */
  secretKey?: string;
  /** Whether a user of this name that something else created becomes this one. */
  adopt?: boolean;
}

/** The inputs with what `check` decides. */
export interface CheckedUser extends UserInputs {
  accessKey: string;
  policyName: string;
  policies: string[];
}

export interface UserState extends CheckedUser {
  secretKey: string;
  /** Access keys of service accounts that it should not have. Absent in states of earlier releases. */
  serviceAccounts?: string[];
}

/** MinIO takes no shorter one. */
const MIN_SECRET_KEY_LENGTH = 8;

/** A user of a store, with a policy of its own. */
export const User: ResourceHandler<UserInputs, UserState> = {
  async check(olds, news) {
    const { secretKey = "", accessKey = "" } = news;
    const isTooShort = secretKey !== "" && !containsUnknown(secretKey) && secretKey.length < MIN_SECRET_KEY_LENGTH;
    const reason = `user ${accessKey}: secretKey (a secret): has less than ${MIN_SECRET_KEY_LENGTH} characters: give a longer one`;
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
    // One that a killed `up` of this program left has this program's policy, or none yet.
    if (live && !inputs.adopt && !(left && live.policies.every((name) => name === policyName))) {
      throw new ResourceError(
        `accessKey "${accessKey}": a user of that name is in the store already and is not this stack's: ` +
          "set adopt: true, choose another name, or remove it with `mc admin user remove`",
      );
    }
    const secretKey = inputs.secretKey ?? randomText(40);
    await ensureUser(inputs, secretKey, live?.policies ?? []);
    if (live && !inputs.adopt) await revokeServiceAccounts(store, accessKey);
    return { id: accessKey, outs: { ...inputs, secretKey, serviceAccounts: [] } };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`user ${id} cannot be imported: its secret key is told to nobody`);
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
    // By now the user may make no more of them, and its former secret key is refused.
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
 * Returns the inputs with the user's names. A user keeps the names that it has for as long as no other access key is
 * asked for, so users of earlier releases stay as they are.
 */
export function resolveUserNames(olds: Partial<UserInputs>, news: UserInputs): UserInputs {
  const accessKey = news.accessKey ?? olds.accessKey ?? news.defaultAccessKey;
  const keeps = accessKey === olds.accessKey && olds.policyName !== undefined;
  const named = containsUnknown(accessKey) ? accessKey : `${news.policyPrefix}:${accessKey}`;
  const policyName = keeps ? olds.policyName : named;
  return { ...news, accessKey, policyName, policies: policyName === undefined ? [] : [policyName] };
}

/** Policies are equal when they allow the same, in whatever order they say it. */
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

/** The policy first: a user is never there without what limits it. */
async function ensureUser(inputs: CheckedUser, secretKey: string, policies: string[]): Promise<void> {
  const { store, accessKey, policyName, policy } = inputs;
  await mc(store, ["admin", "policy", "create", "local", policyName, "/dev/stdin"], policy);
  for (const other of policies.filter((name) => name !== policyName)) {
    await mc(store, ["admin", "policy", "detach", "local", other, "--user", accessKey]);
  }
  // Adding a user that is there gives it the secret key and enables it.
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
  // Of a user that is disabled MinIO lists none. It is drift by itself, and they are looked for once it is enabled.
  const serviceAccounts = live.enabled ? await tryListServiceAccounts(store, accessKey) : [];
  return { ...state, ...live, serviceAccounts, policy: isSamePolicy(policy, state.policy) ? state.policy : policy };
}

/** The clients of older images cannot list them: that is no reason for a refresh to fail. */
async function tryListServiceAccounts(store: StoreLocation, accessKey: string): Promise<string[]> {
  try {
    return await listServiceAccounts(store, accessKey);
  } catch (error) {
    if (!(error instanceof ResourceError) || error instanceof StoreUnreachableError) throw error;
    logLine(`${error.message}: whether there are any is not known`);
    return [];
  }
}

/** How the user stands; undefined when there is none. */
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
