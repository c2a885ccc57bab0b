import { execWithInput } from "../../engine/exec.ts";
import type { Deadline } from "../../engine/deadline.ts";
import { isProgramMissing } from "../../engine/errors.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { lastLine } from "../../engine/last-line.ts";
import { findManager, needsManagerUpdate, type Managers } from "../swarm/manager-pool.ts";
import { containerOf, type NodeEngines, type TaskContainer } from "../service/task-exec.ts";
import { changedKeys, ResourceError } from "../runtime/values.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

/** Where a store is: its services in a Swarm, and the engines that run their tasks. */
export interface StoreAddress {
  managers: Managers;
  swarmId: string;
  /** Of the store's members, by host key. */
  nodes: NodeEngines;
  /** The store's name in the Swarm. */
  serviceName: string;
  /** By pool key. */
  serviceIds: Record<string, string>;
}

/** What the store says to a request: what was asked for, or why not. */
export type Answer<T> = { ok: true; value: T } | { ok: false; code: string; message: string };

/** MinIO's client goes by one of these names in its images. */
const CLIENTS = ["mc", "mcli"];

/** How long a store that does not answer is waited for, in seconds. */
const PATIENCE = 60;

/** What the client says of a store that restarts, or whose members do not reach each other yet. */
const PASSING =
  /not initialized|NotInitialized|connection refused|connection reset|service ?unavailable|SlowDown|i\/o timeout|EOF/i;

/** Returns whether a failed request may succeed a moment later. Only the code tells where a store lacks quorum. */
export function mayPass({ code, message }: { code: string; message: string }): boolean {
  return PASSING.test(`${code} ${message}`);
}

/** The store could not be asked. */
export class SilentStore extends ResourceError {}

/**
 * Asks the store as its root user: with MinIO's own client, in the container of a member that runs. So it is reached
 * wherever its engines are, published or not, and its root credentials never leave it.
 *
 * @param input read by the client from its standard input: the place for secrets.
 * @throws SilentStore when no member answers.
 */
export async function askStore<T>(store: StoreAddress, args: string[], input = ""): Promise<Answer<T>> {
  return waitFor(
    async (deadline) => {
      const answer = await askedOnce<T>(store, args, input, deadline);
      return answer.ok || !mayPass(answer) ? ready(answer) : pending(answer.message);
    },
    { subject: `store ${store.serviceName}`, timeoutSeconds: PATIENCE, intervalMs: 1_000 },
    (because) => new SilentStore(`store ${store.serviceName} does not answer: ${because}`),
  );
}

/** The answer when there must be one. */
export async function toldByStore<T>(store: StoreAddress, args: string[], input?: string): Promise<T> {
  const answer = await askStore<T>(store, args, input);
  if (answer.ok) return answer.value;
  throw new ResourceError(`store ${store.serviceName}: mc ${args.join(" ")}: ${answer.message}`);
}

/** Whether a record of where a store is has to be renewed. */
export function isMoved(olds: StoreAddress, news: StoreAddress): boolean {
  if (typeof news !== "object") return true;
  const changed = changedKeys(olds, news, ["swarmId", "nodes", "serviceName", "serviceIds"]);
  return changed.length > 0 || needsManagerUpdate(olds.managers, news.managers);
}

async function askedOnce<T>(
  store: StoreAddress,
  args: string[],
  input: string,
  deadline: Deadline,
): Promise<Answer<T>> {
  const running = await members(store, deadline);
  for (const client of CLIENTS) {
    for (const { engine, container } of running) {
      const limitMs = deadline.cap(PATIENCE * 1_000);
      const result = await execWithInput(engine, container, [client, ...args, "--json"], input, limitMs).catch(
        (error: unknown) => ({ exitCode: -1, stdout: "", stderr: errorMessage(error) }),
      );
      if (isProgramMissing(result.stdout + result.stderr)) break;
      if (result.exitCode >= 0) return parsed(result.stdout, result.stderr);
    }
  }
  throw new SilentStore(
    `store ${store.serviceName} cannot be asked: no member runs on an engine that answers, or its image has no mc`,
  );
}

/** The containers of members that run. */
async function members(store: StoreAddress, deadline: Deadline): Promise<TaskContainer[]> {
  const manager = await findManager(store.managers, store.swarmId, deadline);
  const ids = Object.values(store.serviceIds);
  const tasks = (await manager?.listTasks())?.filter((task) => ids.includes(task.ServiceID)) ?? [];
  return tasks
    .filter(({ Status }) => Status.State === "running")
    .flatMap((task) => containerOf(store.nodes, task) ?? []);
}

interface Printed {
  status?: string;
  error?: { message?: string; cause?: { message?: string; error?: { Code?: string } } };
}

/** The client prints one line of JSON, of lists and some answers without a status. An error it explains in the cause. */
function parsed<T>(stdout: string, stderr: string): Answer<T> {
  const line = lastLine(stdout) ?? "";
  let printed: Printed;
  try {
    printed = JSON.parse(line) as Printed;
  } catch {
    return { ok: false, code: "", message: stderr.trim() || line || "it says nothing" };
  }
  if ((printed.status ?? "success") === "success") return { ok: true, value: printed as T };
  const { message = "it gives no reason", cause } = printed.error ?? {};
  return { ok: false, code: cause?.error?.Code ?? "", message: cause?.message || message };
}
