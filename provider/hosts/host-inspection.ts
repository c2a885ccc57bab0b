import { FACTS_TIMEOUT_MS } from "../../engine/timeouts.ts";
import { runRemoteScript } from "../../engine/ssh-shell.ts";
import { sshTargetOf } from "../../engine/ssh.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { planHost, type HostActions } from "./host-plan.ts";
import { parseHostFacts, type HostFacts, factsScript } from "./host-facts.ts";
import { validateConnection } from "./connection-validation.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { hasChangedInputs, type PreparedMachineInputs } from "./machine-inputs.ts";
import { HandoffCache } from "../runtime/handoff-cache.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

export interface HostInspectionInputs {
  /** The machines of the group, by host key. */
  hosts: Record<string, PreparedMachineInputs>;
}

/** How long a booting machine may reject a user that it has not created yet, in seconds. */
const LOGIN_GRACE_SECONDS = 30;

/** A machine's facts, and what to change on it. */
export interface InspectedHost {
  facts: HostFacts;
  actions: HostActions;
}

/**
 * Inspections of this run. HostInspection hands its results to the Machines of the same hosts, which saves a second login
 * if that follows within 30 s.
 */
export const inspectionCache = new HandoffCache<PreparedMachineInputs, InspectedHost>(
  30,
  (a, b) => !hasChangedInputs(a, b),
);

/**
 * Inspects the machines of a group that are new or change, in parallel. Their Machines depend on it, so all machines are
 * inspected before any is changed: a problem with one leaves the others as they are. All problems are reported together.
 */
export const HostInspection: ResourceHandler<HostInspectionInputs> = {
  recordedOnce: ["hosts"] satisfies (keyof HostInspectionInputs)[],

  async check(_olds, news) {
    return { inputs: news, failures: Object.values(news.hosts).flatMap(validateConnection) };
  },

  async diff(_id, olds, news) {
    return { changes: hostsToInspect(olds, news).length > 0 };
  },

  async create(inputs) {
    await inspectHosts(Object.values(inputs.hosts));
    return { id: "inspection", outs: inputs };
  },

  async update(_id, olds, news) {
    await inspectHosts(hostsToInspect(olds, news));
    return { outs: news };
  },

  /** Inspects nothing: the resource has no outputs that could drift. */
  async read(id, state) {
    return { id, props: state };
  },
};

/** Returns the machines that are new or have changed inputs. Running ones must not block the repair of others. */
function hostsToInspect(olds: HostInspectionInputs, news: HostInspectionInputs): PreparedMachineInputs[] {
  const changed = Object.entries(news.hosts).filter(([key, host]) => {
    const before = olds.hosts[key];
    return before === undefined || hasChangedInputs(before, host);
  });
  return changed.map(([, host]) => host);
}

/** @throws ResourceError with the problems of all machines */
async function inspectHosts(hosts: readonly PreparedMachineInputs[]): Promise<void> {
  const results = await Promise.allSettled(
    hosts.map(async (host) => inspectionCache.put(host, await waitForInspection(host))),
  );
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  const other = errors.find((error) => !(error instanceof ResourceError));
  if (other !== undefined) throw other;
  if (errors.length > 0) throw new ResourceError(errors.map(errorMessage).join("\n"));
}

/** Inspects a machine. @throws UnreachableError when it does not answer within the time limit. */
export async function inspectHost(
  { connection, drives }: PreparedMachineInputs,
  timeoutMs: number,
): Promise<HostFacts> {
  const { stdout } = await runRemoteScript(connection, factsScript(drives), { timeoutMs });
  return parseHostFacts(stdout);
}

/**
 * Waits until a machine can be inspected and has no problem that may still resolve itself.
 *
 * @throws ResourceError with every problem that only the user can fix.
 */
export function waitForInspection(inputs: PreparedMachineInputs): Promise<InspectedHost> {
  const { key, timeoutSeconds, connection } = inputs;
  const startedAt = performance.now();
  const problem = (lines: string[]) => new ResourceError(lines.map((line) => `host ${key}: ${line}`).join("\n"));
  return waitFor(
    async () => {
      let facts: HostFacts;
      try {
        facts = await inspectHost(inputs, FACTS_TIMEOUT_MS);
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        const { kind, message } = error;
        const isLate = performance.now() - startedAt > LOGIN_GRACE_SECONDS * 1000;
        if (kind === "identity" || (kind === "login" && isLate)) throw problem([message]);
        return pending(message);
      }
      const { problems, pendingReason, actions } = planHost(facts, inputs, sshTargetOf(connection));
      if (problems.length > 0 && facts.isCloudInitRunning)
        return pending(`cloud-init is still running there: ${problems.join("; ")}`);
      if (problems.length > 0) throw problem(problems);
      return pendingReason === undefined ? ready({ facts, actions }) : pending(pendingReason);
    },
    { subject: `host ${key}`, timeoutSeconds: timeoutSeconds, intervalMs: 1_000 },
    (because) => problem([`${because} (waited ${timeoutSeconds} s)`]),
  );
}
