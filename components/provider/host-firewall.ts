import type { EngineConnection } from "../engine/connection.ts";
import { hasShell, runScript } from "../engine/shell.ts";
import { UnreachableError } from "../engine/unreachable.ts";
import { allowedFindings } from "../firewall/allowed.ts";
import type { PortFilter } from "../firewall/rules.ts";
import { AS_ROOT, installScript, lookScript, removeScript, TRANSIENT } from "../firewall/scripts.ts";
import { lastLine } from "../shared/last-line.ts";
import { findingLine } from "../shared/refusal.ts";
import { GONE, type ResourceHandler } from "./handler.ts";
import { logLine } from "./log-line.ts";
import { changedKeys, isUnknown, ResourceProblem } from "./values.ts";

export interface HostFirewallInputs {
  /** The host's key. */
  host: string;
  connection: EngineConnection;
  /** Another machine has none of the rules. */
  machineId: string;
  filter: PortFilter;
  /** Always asked for; a look at the host may find that it is not so. */
  intact: boolean;
}

/** Who may reach ports of one host. */
export const HostFirewall: ResourceHandler<HostFirewallInputs> = {
  async check(_olds, news) {
    const { host, connection, filter } = news;
    const reasons: string[] = [];
    if (!isUnknown(connection) && !hasShell(connection)) {
      reasons.push(
        `${filter.title}: allowFrom: host "${host}" is reached at ${connection.host}, and rules can be set by ssh only: ` +
          "declare it in SshHosts, or leave allowFrom out",
      );
    }
    if (!isUnknown(filter.allowFrom)) {
      const findings = allowedFindings("allowFrom", filter.allowFrom);
      reasons.push(...findings.map((finding) => findingLine(filter.title, finding)));
    }
    return { inputs: news, failures: reasons.map((reason) => ({ property: "", reason })) };
  },

  async diff(_id, olds, news) {
    const isAnother = !isUnknown(news.machineId) && olds.machineId !== news.machineId;
    const replaces = isAnother ? ["machineId"] : [];
    const changed = changedKeys(olds, news, ["host", "connection", "filter", "intact"]);
    // The former machine may have the same address: what is taken away from it must be so before.
    return { changes: replaces.length + changed.length > 0, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    await install(inputs);
    return { id: `${inputs.host}/${inputs.filter.chain}`, outs: inputs };
  },

  async read(id, state) {
    if (!state) throw new ResourceProblem(`rules of ${id} cannot be imported: declare them, and they are set`);
    const { exitCode, stdout, stderr } = await asRoot(state, lookScript(state.filter));
    if (exitCode !== 0) throw problem(state, "look at its rules", stderr);
    const lines = stdout.trim().split("\n").filter(Boolean);
    if (lines.length > 0) logLine(`host ${state.host}: not as they were set: ${lines.join(", ")}`);
    const live = { ...state, intact: lines.length === 0 };
    return state.filter ? { id, props: live, inputs: live } : GONE;
  },

  async update(_id, _olds, news) {
    await install(news);
    return { outs: news };
  },

  async delete(_id, state) {
    try {
      const { exitCode, stderr } = await asRoot(state, removeScript(state.filter));
      if (exitCode !== 0) throw problem(state, "take its rules away", stderr);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      logLine(`host ${state.host} cannot be reached; should it come back, ${state.filter.chain} is still there`);
    }
  },
};

async function install(inputs: HostFirewallInputs): Promise<void> {
  const { exitCode, stdout, stderr } = await asRoot(inputs, installScript(inputs.filter));
  if (exitCode !== 0) throw problem(inputs, "set rules", stderr);
  if (stdout.split("\n").includes(TRANSIENT)) {
    logLine(
      `warning: host ${inputs.host} has no systemd: who may reach ports ${inputs.filter.ports.join(", ")} is not set ` +
        `again when it starts: have it run /etc/pulumi-swarm/firewall/${inputs.filter.chain}.sh before its engine`,
    );
  }
}

function asRoot({ connection }: HostFirewallInputs, script: string) {
  return runScript(connection, AS_ROOT, { input: script });
}

function problem({ host, filter }: HostFirewallInputs, what: string, stderr: string): ResourceProblem {
  const why = lastLine(stderr) ?? "no reason given";
  return new ResourceProblem(`${filter.title}: could not ${what} on host "${host}": ${why}`);
}
