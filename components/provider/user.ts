import { isAnotherStore, orAsItWas } from "./bucket.ts";
import { GONE, type ResourceHandler } from "./handler.ts";
import { logLine } from "./log-line.ts";
import { randomText } from "./random-text.ts";
import { type Answer, askStore, isMoved, SilentStore, type StoreAddress, toldByStore } from "./store-client.ts";
import { changedKeys, isUnknown, ResourceProblem, same } from "./values.ts";

export interface UserInputs {
  store: StoreAddress;
  accessKey: string;
  /** Name of the user's own policy. It tells whose the user is. */
  policyName: string;
  /** The policy's text, JSON. */
  policy: string;
  /** Names of the policies that the user has: its own and no other. */
  policies: string[];
  enabled: boolean;
  /** Another text makes another secret key. */
  generation?: string;
}

export interface UserState extends UserInputs {
  secretKey: string;
}

/** A user of a store, with a policy of its own. */
export const User: ResourceHandler<UserInputs, UserState> = {
  async diff(_id, olds, news) {
    const fixed = changedKeys(olds, news, ["accessKey", "policyName"]);
    const replaces = fixed.filter((key) => !isUnknown(news[key as keyof UserInputs]));
    if (isAnotherStore(olds.store, news.store)) replaces.push("store");
    const changed = changedKeys(olds, news, ["accessKey", "policy", "policies", "enabled", "generation"]);
    return { changes: replaces.length + changed.length > 0 || isMoved(olds.store, news.store), replaces };
  },

  async create(inputs) {
    const { store, accessKey, policyName } = inputs;
    const live = await seen(store, accessKey);
    const left = live && (await policyText(store, policyName)) !== undefined;
    // One that a killed `up` of this program left has this program's policy, or none yet.
    if (live && !(left && live.policies.every((name) => name === policyName))) {
      throw new ResourceProblem(
        `accessKey "${accessKey}": a user of that name is in the store already and is not this stack's: ` +
          "choose another name, or remove it with `mc admin user remove`",
      );
    }
    const secretKey = randomText(40);
    await apply(inputs, secretKey, live?.policies ?? []);
    return { id: accessKey, outs: { ...inputs, secretKey } };
  },

  async read(id, state) {
    if (!state) throw new ResourceProblem(`user ${id} cannot be imported: its secret key is told to nobody`);
    const live = await orAsItWas(state, () => look(state));
    if (!live) return GONE;
    const { secretKey: _secret, ...inputs } = live;
    return { id, props: live, inputs };
  },

  async update(_id, olds, news) {
    const secretKey = olds.generation === news.generation ? olds.secretKey : randomText(40);
    const live = await seen(news.store, news.accessKey);
    await apply(news, secretKey, live?.policies ?? []);
    return { outs: { ...news, secretKey } };
  },

  async delete(_id, { store, accessKey, policyName }) {
    try {
      unlessGone(await askStore(store, ["admin", "user", "remove", "local", accessKey]));
      unlessGone(await askStore(store, ["admin", "policy", "remove", "local", policyName]));
    } catch (error) {
      if (!(error instanceof SilentStore)) throw error;
      logLine(`user ${accessKey} stays in store ${store.serviceName}: ${error.message}`);
    }
  },
};

/** Policies are equal when they allow the same, in whatever order they say it. */
export function samePolicy(a: string, b: string): boolean {
  return same(inOrder(JSON.parse(a)), inOrder(JSON.parse(b)));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, field]) => [key, inOrder(field)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The policy first: a user is never there without what limits it. */
async function apply(inputs: UserInputs, secretKey: string, policies: string[]): Promise<void> {
  const { store, accessKey, policyName, policy } = inputs;
  await toldByStore(store, ["admin", "policy", "create", "local", policyName, "/dev/stdin"], policy);
  for (const other of policies.filter((name) => name !== policyName)) {
    await toldByStore(store, ["admin", "policy", "detach", "local", other, "--user", accessKey]);
  }
  // Adding a user that is there gives it the secret key and enables it.
  await toldByStore(store, ["admin", "user", "add", "local", accessKey], `${secretKey}\n`);
  if (!policies.includes(policyName)) {
    await toldByStore(store, ["admin", "policy", "attach", "local", policyName, "--user", accessKey]);
  }
}

async function look(state: UserState): Promise<UserState | undefined> {
  const { store, accessKey, policyName } = state;
  const live = await seen(store, accessKey);
  if (!live) return undefined;
  const policy = (await policyText(store, policyName)) ?? "{}";
  return { ...state, ...live, policy: samePolicy(policy, state.policy) ? state.policy : policy };
}

/** How the user stands; undefined when there is none. */
async function seen(
  store: StoreAddress,
  accessKey: string,
): Promise<{ policies: string[]; enabled: boolean } | undefined> {
  const info = await infoOf<{ policyName?: string; userStatus: string }>(store, "user", accessKey);
  if (!info) return undefined;
  const { policyName = "", userStatus } = info;
  return { policies: policyName.split(",").filter(Boolean).toSorted(), enabled: userStatus === "enabled" };
}

async function policyText(store: StoreAddress, policyName: string): Promise<string | undefined> {
  const info = await infoOf<{ policyInfo: { Policy: unknown } }>(store, "policy", policyName);
  return info && JSON.stringify(info.policyInfo.Policy);
}

async function infoOf<T>(store: StoreAddress, kind: "user" | "policy", name: string): Promise<T | undefined> {
  const answer = await askStore<T>(store, ["admin", kind, "info", "local", name]);
  if (answer.ok) return answer.value;
  if (isGone(answer.code)) return undefined;
  throw new ResourceProblem(`${kind} ${name}: ${answer.message}`);
}

function unlessGone(answer: Answer<unknown>): void {
  if (!answer.ok && !isGone(answer.code)) throw new ResourceProblem(answer.message);
}

const isGone = (code: string) => /^XMinioAdminNoSuch/.test(code);
