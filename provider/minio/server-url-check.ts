import { Deadline } from "../../engine/deadline.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { isProgramMissing } from "../../engine/errors.ts";
import { exec } from "../../engine/exec.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { changedKeys } from "../runtime/diff.ts";
import { logLine } from "../runtime/log-line.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import type { TaskContainer } from "../service/task-exec.ts";
import { stateOnlyHandler } from "../state/state-only-handler.ts";
import { CLIENT_NAMES, runningMembers, type StoreLocation } from "./admin-client.ts";

export interface ServerUrlCheckInputs {
  store: StoreLocation;
  /** The value of MINIO_SERVER_URL. */
  url: string;
}

/** Milliseconds for the engines, and then for the URL, to answer. */
const TIMEOUT_MS = 5_000;

const stateOnly = stateOnlyHandler<ServerUrlCheckInputs>((id) => `check ${id} cannot be imported: it is not an object`);

/** Warns if logins at the console will fail, because a member cannot reach MINIO_SERVER_URL. It never fails. */
export const ServerUrlCheck: ResourceHandler<ServerUrlCheckInputs> = {
  ...stateOnly,

  recordedOnce: ["store"],

  async diff(_id, olds, news) {
    return { changes: changedKeys(olds, news, ["url"]).length > 0 };
  },

  async create(inputs) {
    await warnIfUnreachable(inputs);
    return stateOnly.create(inputs);
  },

  async update(_id, _olds, news) {
    await warnIfUnreachable(news);
    return { outs: news };
  },
};

async function warnIfUnreachable({ store, url }: ServerUrlCheckInputs): Promise<void> {
  // Without a member that can be asked, nothing is known about the URL.
  const deadline = new Deadline(TIMEOUT_MS / 1000);
  const [member] = await runningMembers(store, deadline).catch(() => []);
  const isReachable = await member?.engine.ping(deadline.cap(TIMEOUT_MS)).then(
    () => true,
    () => false,
  );
  const failure = member && isReachable && (await requestFailure(member, url));
  if (!failure) return;
  logLine(
    `store ${store.serviceName}: environment.MINIO_SERVER_URL "${url}" does not answer a member on host ${member.host} ` +
      `(${failure}): logins at the console fail until it does; if no gateway or proxy with that name follows, leave the variable out`,
  );
}

/** Returns why a member gets no answer from a URL; undefined if it gets one, or cannot ask. */
async function requestFailure({ engine, container }: TaskContainer, url: string): Promise<string | undefined> {
  for (const client of CLIENT_NAMES) {
    const command = [client, "ping", "server", "--count", "1", "--error-count", "1", "--exit", "--json"];
    try {
      const { stdout } = await exec(engine, container, command, TIMEOUT_MS, [`MC_HOST_server=${url}`]);
      if (isProgramMissing(stdout)) continue;
      const { servers } = JSON.parse(stdout) as { servers?: { error?: string }[] };
      return servers?.[0]?.error?.replace(/^Get "[^"]*": /, "");
    } catch (error) {
      if (error instanceof UnreachableError) return `no answer within ${TIMEOUT_MS / 1000} s`;
      if (!isProgramMissing(errorMessage(error))) return undefined;
    }
  }
  return undefined;
}
