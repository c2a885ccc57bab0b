import { FACTS_TIMEOUT_MS } from "../../engine/timeouts.ts";
import { runRemoteScript } from "../../engine/ssh-shell.ts";
import { sshTargetOf } from "../../engine/ssh.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { planHost, type DesiredHost, type HostActions } from "./host-plan.ts";
import { parseHostFacts, type HostFacts, factsScript } from "./host-facts.ts";
import { validateConnection } from "./connection-validation.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import type { HostInputs } from "./host-inputs.ts";
import { HandoffCache } from "../runtime/handoff-cache.ts";
import { changedKeys } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

export interface SshHostInputs extends HostInputs, DesiredHost {}

/** How long a booting machine may reject a user that it has not created yet, in seconds. */
const LOGIN_GRACE_SECONDS = 30;

/** A machine's facts, and what to change on it. */
export interface InspectedHost {
  facts: HostFacts;
  actions: HostActions;
}

/**
 * Inspections of this run. A HostInspection hands its result to the SshHost of the same machine, which saves a second
 * login if that follows within 30 s.
 */
export const inspectionCache = new HandoffCache<SshHostInputs, InspectedHost>(30, (a, b) => !hasChangedInputs(a, b));

/**
 * Inspects a machine that is new or changes. All machines are inspected before any is changed: a problem with one leaves
 * the others as they are.
 */
export const HostInspection: ResourceHandler<SshHostInputs> = {
  async check(_olds, news) {
    return { inputs: news, failures: validateConnection(news) };
  },

  async diff(_id, olds, news) {
    return { changes: hasChangedInputs(olds, news) };
  },

  async create(inputs) {
    inspectionCache.put(inputs, await waitForInspection(inputs));
    return { id: inputs.hostname, outs: inputs };
  },

  async update(_id, _olds, news) {
    inspectionCache.put(news, await waitForInspection(news));
    return { outs: news };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`inspection of host ${id} cannot be imported`);
    return { id, props: state };
  },
};

export function hasChangedInputs(olds: SshHostInputs, news: SshHostInputs): boolean {
  return changedKeys(olds, news, ["connection", "hostname", "timeoutSeconds", "install", "drives"]).length > 0;
}

/** Inspects a machine. @throws UnreachableError when it does not answer within the time limit. */
export async function inspectHost({ connection, drives }: SshHostInputs, timeoutMs: number): Promise<HostFacts> {
  const { stdout } = await runRemoteScript(connection, factsScript(drives), { timeoutMs });
  return parseHostFacts(stdout);
}

/**
 * Waits until a machine can be inspected and needs nothing that may still resolve itself.
 *
 * @throws ResourceError with every problem that only the user can fix.
 */
export function waitForInspection(inputs: SshHostInputs): Promise<InspectedHost> {
  const { hostname, timeoutSeconds, connection } = inputs;
  const begun = performance.now();
  const problem = (lines: string[]) => new ResourceError(lines.map((line) => `host ${hostname}: ${line}`).join("\n"));
  return waitFor(
    async () => {
      let facts: HostFacts;
      try {
        facts = await inspectHost(inputs, FACTS_TIMEOUT_MS);
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        const { kind, message } = error;
        const isLate = performance.now() - begun > LOGIN_GRACE_SECONDS * 1000;
        if (kind === "identity" || (kind === "login" && isLate)) throw problem([message]);
        return pending(message);
      }
      const { problems, pendingReason, actions } = planHost(facts, inputs, sshTargetOf(connection));
      if (problems.length > 0 && facts.isCloudInitRunning)
        return pending(`cloud-init is still running there: ${problems.join("; ")}`);
      if (problems.length > 0) throw problem(problems);
      return pendingReason === undefined ? ready({ facts, actions }) : pending(pendingReason);
    },
    { subject: `host ${hostname}`, timeoutSeconds: timeoutSeconds, intervalMs: 1_000 },
    (because) => problem([`${because} (waited ${timeoutSeconds} s)`]),
  );
}
