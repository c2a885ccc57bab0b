import { resolveLocalEngine } from "../../engine/connection.ts";
import { inspectImportedUser } from "../import/imported-user.ts";
import { isAnotherStore, keepStateIfUnreachable } from "./bucket.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { randomText } from "../runtime/random-text.ts";
import { revokeServiceAccounts, listServiceAccounts } from "./service-accounts.ts";
import { mcTry, hasLocationChanged, StoreUnreachableError, type StoreLocation, mc } from "./admin-client.ts";
import { getPolicy, inspectUser, isSamePolicy, throwUnlessNotFound } from "./user-info.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
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
  /** The user's own policy as JSON. An imported user has none, only names of policies. */
  policy?: string;
  /** Names of all policies of the user. If it has its own, `check` decides that this is the only one. */
  policies?: string[];
  enabled: boolean;
  /** A change generates a new secret key. */
  generation?: string;
  /** @default - one is generated and kept in the state; that of an imported user is not known and stays */
  secretKey?: string;
  /** Whether to adopt an existing user of this name. */
  adopt?: boolean;
}

/** The inputs with the values that `check` decides. */
export interface CheckedUser extends UserInputs {
  accessKey: string;
  policies: string[];
}

export interface UserState extends CheckedUser {
  /** Access keys of unwanted service accounts of the user. Absent in states of earlier releases. */
  serviceAccounts?: string[];
}

/** MinIO's own minimum. */
const MIN_SECRET_KEY_LENGTH = 8;

/** A user of a store with its own policy, or an imported one. */
export const User: ResourceHandler<UserInputs, UserState> = {
  secrets: ["secretKey"],

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
    const left = live && policyName !== undefined && (await getPolicy(store, policyName)) !== undefined;
    // A user that a killed `up` of this stack created has this stack's policy, or none yet.
    if (live && !inputs.adopt && !(left && live.policies.every((name) => name === policyName))) {
      const way = inputs.policy === undefined ? "import it with `pulumi import swarm:index:User`" : "set adopt: true";
      throw new ResourceError(
        `accessKey "${accessKey}": the store already has a user of that name, which does not belong to this stack: ` +
          `${way}, choose another name, or remove it with \`mc admin user remove\``,
      );
    }
    const secretKey = inputs.secretKey ?? randomText(40);
    await ensureUser(inputs, secretKey, live?.policies ?? []);
    if (live && !inputs.adopt) await revokeServiceAccounts(store, accessKey);
    await ensureStatus(inputs);
    return { id: accessKey, outs: { ...inputs, secretKey, serviceAccounts: [] } };
  },

  async read(id, state, engine = resolveLocalEngine) {
    if (!state) {
      const found = await inspectImportedUser(id, engine());
      return found ? { id: found.accessKey, props: found, inputs: found } : NOT_FOUND;
    }
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
    const isNewKey = secretKey !== olds.secretKey;
    const hasOwnPolicy = news.policy !== undefined;
    await ensureUser(news, hasOwnPolicy || isNewKey ? secretKey : undefined, live?.policies ?? []);
    // By now, MinIO rejects the previous secret key, and the user's own policy keeps it from creating service accounts. The
    // first key that is given for an imported user may be the present one.
    const isRotated = isNewKey && (olds.secretKey !== undefined || news.secretKey === undefined);
    const isUnwanted = hasOwnPolicy && (!live?.enabled || Boolean(olds.serviceAccounts?.length));
    if (isRotated || isUnwanted) {
      const revoked = await revokeServiceAccounts(news.store, news.accessKey);
      if (revoked.length > 0) logLine(`user ${news.accessKey}: service accounts removed: ${revoked.join(", ")}`);
    }
    await ensureStatus(news);
    return { outs: { ...news, serviceAccounts: [], secretKey } };
  },

  async delete(_id, { store, accessKey, policyName }) {
    try {
      throwUnlessNotFound(await mcTry(store, ["admin", "user", "remove", "local", accessKey]));
      if (policyName === undefined) return;
      throwUnlessNotFound(await mcTry(store, ["admin", "policy", "remove", "local", policyName]));
    } catch (error) {
      if (!(error instanceof StoreUnreachableError)) throw error;
      logLine(`user ${accessKey} stays in store ${store.serviceName}: ${error.message}`);
    }
  },
};

/**
 * Returns the inputs with the access key and the names of the policies. A user keeps its names until another access key
 * is declared, so users of earlier releases do not change.
 */
export function resolveUserNames(olds: Partial<UserInputs>, news: UserInputs): UserInputs {
  if (news.policy === undefined) {
    const { policies = [] } = news;
    return { ...news, policies: containsUnknown(policies) ? policies : policies.toSorted() };
  }
  const accessKey = news.accessKey ?? olds.accessKey ?? news.defaultAccessKey;
  const keeps = accessKey === olds.accessKey && olds.policyName !== undefined;
  const named = containsUnknown(accessKey) ? accessKey : `${news.policyPrefix}:${accessKey}`;
  const policyName = keeps ? olds.policyName : named;
  return { ...news, accessKey, policyName, policies: policyName === undefined ? [] : [policyName] };
}

/**
 * Creates or updates the user's own policy and then the user, so that the user never exists without its policy.
 *
 * @param secretKey undefined to leave it as it is
 * @param attached names of the policies that the user has
 */
async function ensureUser(inputs: CheckedUser, secretKey: string | undefined, attached: string[]): Promise<void> {
  const { store, accessKey, policyName, policy, policies } = inputs;
  if (policy !== undefined && policyName !== undefined) {
    await mc(store, ["admin", "policy", "create", "local", policyName, "/dev/stdin"], policy);
  }
  for (const other of attached.filter((name) => !policies.includes(name))) {
    await mc(store, ["admin", "policy", "detach", "local", other, "--user", accessKey]);
  }
  // For an existing user, `add` sets the secret key and enables it.
  if (secretKey !== undefined) await mc(store, ["admin", "user", "add", "local", accessKey], `${secretKey}\n`);
  for (const name of policies.filter((one) => !attached.includes(one))) {
    await mc(store, ["admin", "policy", "attach", "local", name, "--user", accessKey]);
  }
}

/** Enables or disables an imported user. Others are always enabled, together with their key. */
async function ensureStatus({ store, accessKey, policy, enabled }: CheckedUser): Promise<void> {
  if (policy === undefined) await mc(store, ["admin", "user", enabled ? "enable" : "disable", "local", accessKey]);
}

async function readUser(state: UserState): Promise<UserState | undefined> {
  const { store, accessKey, policyName } = state;
  const live = await inspectUser(store, accessKey);
  if (!live) return undefined;
  if (policyName === undefined || state.policy === undefined) return { ...state, ...live };
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
