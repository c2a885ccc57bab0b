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

/** The location of a store: its services in a Swarm and the engines that run their tasks. */
export interface StoreLocation {
  managers: Managers;
  swarmId: string;
  /** The engines of the store's members, by host key. */
  nodes: NodeEngines;
  /** The store's name in the Swarm. */
  serviceName: string;
  /** Ids of the store's services, by pool key. */
  serviceIds: Record<string, string>;
}

/** The parsed JSON output of `mc`, or its error. */
export type McResult<T> = { ok: true; value: T } | { ok: false; code: string; message: string };

/** Names of MinIO's client in MinIO's images. */
export const CLIENT_NAMES = ["mc", "mcli"];

const RETRY_SECONDS = 60;

/** Errors of a store that restarts, or with members that are not connected yet. */
const TRANSIENT_ERRORS =
  /not initialized|NotInitialized|connection refused|connection reset|service ?unavailable|SlowDown|i\/o timeout|EOF/i;

/** Returns whether a failed request may succeed on retry. Only the code shows that the quorum was missing. */
export function isTransient({ code, message }: { code: string; message: string }): boolean {
  return TRANSIENT_ERRORS.test(`${code} ${message}`);
}

/** No member of the store answered. */
export class StoreUnreachableError extends ResourceError {}

/**
 * Runs `mc` as the root user in the container of a running member, so that the store need not publish a port and its
 * root credentials do not leave the container. Retries transient errors for a minute.
 *
 * @param input the standard input of `mc`, for secrets
 * @throws StoreUnreachableError if no member answers.
 */
export async function mcTry<T>(store: StoreLocation, args: string[], input = ""): Promise<McResult<T>> {
  return waitFor(
    async (deadline) => {
      const result = await mcOnce<T>(store, args, input, deadline);
      return result.ok || !isTransient(result) ? ready(result) : pending(result.message);
    },
    { subject: `store ${store.serviceName}`, timeoutSeconds: RETRY_SECONDS, intervalMs: 1_000 },
    (reason) => new StoreUnreachableError(`store ${store.serviceName} does not answer: ${reason}`),
  );
}

/**
 * Runs `mc` like `mcTry` and returns its output.
 *
 * @throws ResourceError if `mc` fails.
 */
export async function mc<T>(store: StoreLocation, args: string[], input?: string): Promise<T> {
  const result = await mcTry<T>(store, args, input);
  if (result.ok) return result.value;
  throw new ResourceError(`store ${store.serviceName}: mc ${args.join(" ")}: ${result.message}`);
}

/** Returns whether the recorded location is outdated. */
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
    `store ${store.serviceName} is unreachable: no member runs on a reachable engine, or its image has no mc`,
  );
}

/** Returns the containers of the members that run, on hosts of the program. */
export async function runningMembers(store: StoreLocation, deadline: Deadline): Promise<TaskContainer[]> {
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

/** Parses the one line of JSON that `mc` prints. Some results have no status; the cause explains an error. */
function parseOutput<T>(stdout: string, stderr: string): McResult<T> {
  const line = lastLine(stdout) ?? "";
  let printed: McOutput;
  try {
    printed = JSON.parse(line) as McOutput;
  } catch {
    return { ok: false, code: "", message: stderr.trim() || line || "mc printed nothing" };
  }
  if ((printed.status ?? "success") === "success") return { ok: true, value: printed as T };
  const { message = "mc printed no reason", cause } = printed.error ?? {};
  return { ok: false, code: cause?.error?.Code ?? "", message: cause?.message || message };
}
