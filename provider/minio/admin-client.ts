import { execWithInput } from "../../engine/exec.ts";
import type { Deadline } from "../../engine/deadline.ts";
import { isProgramMissing } from "../../engine/errors.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { lastLine } from "../../engine/last-line.ts";
import { findManager, needsManagerUpdate, type Managers } from "../swarm/manager-pool.ts";
import { findTaskContainer, type NodeEngines, type TaskContainer } from "../service/task-exec.ts";
import { changedKeys } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

/** Where a store is: its services in a Swarm, and the engines that run their tasks. */
export interface StoreLocation {
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
export type McResult<T> = { ok: true; value: T } | { ok: false; code: string; message: string };

/** MinIO's client goes by one of these names in its images. */
const CLIENT_NAMES = ["mc", "mcli"];

/** How long a store that does not answer is waited for, in seconds. */
const RETRY_SECONDS = 60;

/** What the client says of a store that restarts, or whose members do not reach each other yet. */
const TRANSIENT_ERRORS =
  /not initialized|NotInitialized|connection refused|connection reset|service ?unavailable|SlowDown|i\/o timeout|EOF/i;

/** Returns whether a failed request may succeed a moment later. Only the code tells where a store lacks quorum. */
export function isTransient({ code, message }: { code: string; message: string }): boolean {
  return TRANSIENT_ERRORS.test(`${code} ${message}`);
}

/** The store could not be asked. */
export class StoreUnreachableError extends ResourceError {}

/**
 * Asks the store as its root user: with MinIO's own client, in the container of a member that runs. So it is reached
 * wherever its engines are, published or not, and its root credentials never leave it.
 *
 * @param input read by the client from its standard input: the place for secrets.
 * @throws SilentStore when no member answers.
 */
export async function mcTry<T>(store: StoreLocation, args: string[], input = ""): Promise<McResult<T>> {
  return waitFor(
    async (deadline) => {
      const answer = await mcOnce<T>(store, args, input, deadline);
      return answer.ok || !isTransient(answer) ? ready(answer) : pending(answer.message);
    },
    { subject: `store ${store.serviceName}`, timeoutSeconds: RETRY_SECONDS, intervalMs: 1_000 },
    (because) => new StoreUnreachableError(`store ${store.serviceName} does not answer: ${because}`),
  );
}

/** The answer when there must be one. */
export async function mc<T>(store: StoreLocation, args: string[], input?: string): Promise<T> {
  const answer = await mcTry<T>(store, args, input);
  if (answer.ok) return answer.value;
  throw new ResourceError(`store ${store.serviceName}: mc ${args.join(" ")}: ${answer.message}`);
}

/** Whether a record of where a store is has to be renewed. */
export function hasLocationChanged(olds: StoreLocation, news: StoreLocation): boolean {
  if (typeof news !== "object") return true;
  const changed = changedKeys(olds, news, ["swarmId", "nodes", "serviceName", "serviceIds"]);
  return changed.length > 0 || needsManagerUpdate(olds.managers, news.managers);
}

async function mcOnce<T>(
  store: StoreLocation,
  args: string[],
  input: string,
  deadline: Deadline,
): Promise<McResult<T>> {
  const running = await runningMembers(store, deadline);
  for (const client of CLIENT_NAMES) {
    for (const { engine, container } of running) {
      const limitMs = deadline.cap(RETRY_SECONDS * 1_000);
      const result = await execWithInput(engine, container, [client, ...args, "--json"], input, limitMs).catch(
        (error: unknown) => ({ exitCode: -1, stdout: "", stderr: errorMessage(error) }),
      );
      if (isProgramMissing(result.stdout + result.stderr)) break;
      if (result.exitCode >= 0) return parseOutput(result.stdout, result.stderr);
    }
  }
  throw new StoreUnreachableError(
    `store ${store.serviceName} cannot be asked: no member runs on an engine that answers, or its image has no mc`,
  );
}

/** The containers of members that run. */
async function runningMembers(store: StoreLocation, deadline: Deadline): Promise<TaskContainer[]> {
  const manager = await findManager(store.managers, store.swarmId, deadline);
  const ids = Object.values(store.serviceIds);
  const tasks = (await manager?.listTasks())?.filter((task) => ids.includes(task.ServiceID)) ?? [];
  return tasks
    .filter(({ Status }) => Status.State === "running")
    .flatMap((task) => findTaskContainer(store.nodes, task) ?? []);
}

interface McOutput {
  status?: string;
  error?: { message?: string; cause?: { message?: string; error?: { Code?: string } } };
}

/** The client prints one line of JSON, of lists and some answers without a status. An error it explains in the cause. */
function parseOutput<T>(stdout: string, stderr: string): McResult<T> {
  const line = lastLine(stdout) ?? "";
  let printed: McOutput;
  try {
    printed = JSON.parse(line) as McOutput;
  } catch {
    return { ok: false, code: "", message: stderr.trim() || line || "it says nothing" };
  }
  if ((printed.status ?? "success") === "success") return { ok: true, value: printed as T };
  const { message = "it gives no reason", cause } = printed.error ?? {};
  return { ok: false, code: cause?.error?.Code ?? "", message: cause?.message || message };
}
