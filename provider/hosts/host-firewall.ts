import { type EngineConnection, isSshConnection } from "../../engine/engine-connection.ts";
import { FACTS_TIMEOUT_MS } from "../../engine/timeouts.ts";
import { runRemoteScript, type ScriptResult } from "../../engine/ssh-shell.ts";
import { checkEngineIsLocal, runLocalScript } from "../../engine/this-machine.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { validateAllowedAddresses } from "../../core/allowed-addresses.ts";
import { findDrift, rulesScript } from "./firewall-drift.ts";
import { chainName, type PortFilter } from "./firewall-rules.ts";
import { RUN_AS_ROOT, PREAMBLE, installScript, removeScript, REQUIREMENTS, TRANSIENT } from "./firewall-scripts.ts";
import type { Owner } from "../../core/labels.ts";
import { lastLine } from "../../engine/last-line.ts";
import { formatIssue } from "../../core/input-validation-error.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

export interface HostFirewallInputs {
  /** The host's key. */
  host: string;
  connection: EngineConnection;
  /** The engine's id. A new machine has none of the rules. */
  machineId: string;
  owner: Owner;
  filter: PortFilter;
  /** Always true as an input. `read` sets it to false when it finds drift, so that the next update repairs it. */
  intact: boolean;
}

/** Inputs from the program. `check` adds the name of the chain. */
export type HostFirewallRequest = Omit<HostFirewallInputs, "filter"> & {
  filter: Omit<PortFilter, "chain"> & { chain?: string };
};

/** Firewall rules for published ports of one host. */
export const HostFirewall: ResourceHandler<HostFirewallInputs> = {
  async check(olds, request: HostFirewallRequest) {
    const { host, connection, filter } = request;
    const reasons: string[] = [];
    if (!containsUnknown(connection)) {
      const problem = await rulesProblem(connection, olds.filter !== undefined);
      if (problem !== undefined) {
        reasons.push(
          `${filter.title}: allowFrom: no rules can be set for host "${host}": ${problem}; leave allowFrom out, or ` +
            "publish nothing (expose: false); in a stack of kind local set pulumi-swarm:expose to true or false",
        );
      }
    }
    if (!containsUnknown(filter.allowFrom)) {
      const issues = validateAllowedAddresses("allowFrom", filter.allowFrom);
      reasons.push(...issues.map((issue) => formatIssue(filter.title, issue)));
    }
    // The file on the host names the owner at creation: a renamed stack must not look like another owner.
    const owner = olds.filter?.chain === undefined ? request.owner : (olds.owner ?? request.owner);
    const inputs = { ...request, owner, filter: { ...filter, chain: resolveChain(olds, request) } };
    return { inputs, failures: reasons.map((reason) => ({ property: "", reason })) };
  },

  async diff(_id, olds, news) {
    const isAnother = !containsUnknown(news.machineId) && olds.machineId !== news.machineId;
    const changed = changedKeys(olds, news, ["host", "connection", "owner", "filter", "intact"]);
    if (isAnother) changed.push("machineId");
    // The engine's id changes with an upgrade or a new machine at the same address. Either way the rules only have to be
    // installed, without removing them first.
    const replaces = isAnother && changed.includes("connection") ? ["machineId"] : [];
    return { changes: replaces.length + changed.length > 0, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    await installRules(inputs);
    return { id: `${inputs.host}/${inputs.filter.chain}`, outs: inputs };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`rules of ${id} cannot be imported: declare them instead`);
    if (!state.filter) return NOT_FOUND;
    let lines: string[];
    try {
      lines = await inspectRules(state);
    } catch (error) {
      // A failing refresh would block an `up` that works without this host.
      if (!(error instanceof UnreachableError)) throw error;
      logLine(`host ${state.host} cannot be reached: its firewall rules are assumed unchanged`);
      return { id, props: state, inputs: state };
    }
    if (lines.length > 0) logLine(`host ${state.host}: firewall rules have drifted: ${lines.join(", ")}`);
    const live = { ...state, intact: lines.length === 0 };
    return { id, props: live, inputs: live };
  },

  async update(_id, olds, news) {
    await installRules(news, olds.owner?.name);
    return { outs: news };
  },

  async delete(_id, state) {
    try {
      const { exitCode, stdout, stderr } = await runAsRoot(state, removeScript(toOwnedFilter(state)));
      if (exitCode !== 0) throw failure(state, "remove firewall rules", stderr);
      if (stdout.trim() !== "") logLine(`host ${state.host}: ${stdout.trim()}`);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      logLine(`host ${state.host} cannot be reached: its firewall chain ${state.filter.chain} was not removed`);
    }
  },
};

/** Returns the recorded chain, or a new one: its name must survive a rename of stack, project or component. */
function resolveChain(olds: Partial<HostFirewallInputs>, { owner }: HostFirewallRequest): string {
  const kept = olds.filter?.chain;
  if (kept !== undefined && !containsUnknown(kept)) return kept;
  const unknown = Object.values<string>({ ...owner }).find((value) => containsUnknown(value));
  return unknown ?? chainName(owner);
}

/** Returns why no rules can be installed on an engine's host; undefined if they can. */
async function rulesProblem(connection: EngineConnection, isSet: boolean): Promise<string | undefined> {
  if (isSshConnection(connection)) return undefined;
  try {
    return await localRulesProblem(connection);
  } catch (error) {
    // An engine that is down must not block an update of rules that are installed already.
    if (error instanceof UnreachableError) return isSet ? undefined : error.message;
    throw error;
  }
}

/**
 * Returns why this machine cannot install rules for the ports of its own engine; undefined if it can.
 *
 * @throws UnreachableError when the engine does not answer.
 */
export async function localRulesProblem(connection: EngineConnection): Promise<string | undefined> {
  const remoteReason = await checkEngineIsLocal(connection, FACTS_TIMEOUT_MS);
  if (remoteReason !== undefined) return remoteReason;
  const { exitCode, stderr } = await runLocalScript(RUN_AS_ROOT, { input: PREAMBLE + REQUIREMENTS });
  return exitCode === 0 ? undefined : (lastLine(stderr) ?? "no reason given");
}

async function installRules(inputs: HostFirewallInputs, oldName?: string): Promise<void> {
  const { exitCode, stdout, stderr } = await runAsRoot(inputs, installScript(toOwnedFilter(inputs), oldName));
  if (exitCode !== 0) throw failure(inputs, "install firewall rules", stderr);
  const { host, filter } = inputs;
  if (stdout.split("\n").includes(TRANSIENT)) {
    logLine(
      `warning: host ${host} has no systemd, so the firewall rules for ports ${filter.ports.join(", ")} are not restored ` +
        `at boot: run /etc/pulumi-swarm/firewall/${filter.chain}.sh there before its engine starts`,
    );
  }
  const lines = await inspectRules(inputs);
  if (lines.length > 0) {
    logLine(
      `warning: host ${host}: the firewall rules for ports ${filter.ports.join(", ")} are set, but ${lines.join(", ")}: ` +
        "stop the program that sets that rule",
    );
  }
}

/** Returns a line for each difference between the host's rules and the wanted ones. */
async function inspectRules(state: HostFirewallInputs): Promise<string[]> {
  const { exitCode, stdout, stderr } = await runAsRoot(state, rulesScript(toOwnedFilter(state)));
  if (exitCode !== 0) throw failure(state, "inspect firewall rules", stderr);
  return findDrift(toOwnedFilter(state), stdout);
}

async function runAsRoot({ connection, filter, host }: HostFirewallInputs, script: string): Promise<ScriptResult> {
  if (isSshConnection(connection)) return runRemoteScript(connection, RUN_AS_ROOT, { input: script });
  const remoteReason = await checkEngineIsLocal(connection, FACTS_TIMEOUT_MS);
  if (remoteReason !== undefined) throw new ResourceError(`${filter.title}: host "${host}": ${remoteReason}`);
  return runLocalScript(RUN_AS_ROOT, { input: script });
}

/** The owner of rules in states of earlier releases, which record none. */
const UNKNOWN_OWNER = { id: "", project: "", stack: "", name: "" };

function toOwnedFilter({ filter, owner }: HostFirewallInputs) {
  return { filter, owner: owner ?? UNKNOWN_OWNER };
}

function failure({ host, filter }: HostFirewallInputs, action: string, stderr: string): ResourceError {
  const reason = lastLine(stderr) ?? "no reason given";
  return new ResourceError(`${filter.title}: could not ${action} on host "${host}": ${reason}`);
}
