import type { HostReport } from "../hosts.ts";
import type { StatusReport, TaskReport } from "../model.ts";
import type { ServerReport } from "../store.ts";

/** A host and everything that runs on it. */
export interface HostView {
  host: HostReport;
  /** Tasks that run or should run; ended tasks are left out. */
  tasks: TaskReport[];
  /** Store members with their drives. */
  servers: ServerReport[];
}

/** The report grouped by host, and the rest. */
export interface HostsView {
  hosts: HostView[];
  otherTasks: TaskReport[];
  otherServers: ServerReport[];
}

export function hostsView({ hosts, tasks, store }: StatusReport): HostsView {
  const current = tasks.filter(({ desired, state }) => desired === "running" || state === "running");
  const ownerOf = (server: ServerReport) => hosts.find(({ key }) => key === server.host) ?? hostOfServer(server, hosts);
  return {
    hosts: hosts.map((host) => ({
      host,
      tasks: current.filter(({ node }) => node === host.hostname),
      servers: store.servers.filter((server) => ownerOf(server) === host),
    })),
    otherTasks: current.filter(({ node }) => !hosts.some(({ hostname }) => hostname === node)),
    otherServers: store.servers.filter((server) => ownerOf(server) === undefined),
  };
}

/** Finds the host in a member's name, `<store>-<hostname>`. If several match, the longest name is the right one. */
function hostOfServer({ endpoint }: ServerReport, hosts: readonly HostReport[]): HostReport | undefined {
  const member = endpoint.replace(/^https?:\/\//, "").replace(/:\d+$/, "");
  const fits = ({ hostname }: HostReport) =>
    hostname !== undefined && (member === hostname || member.endsWith(`-${hostname}`));
  const length = ({ hostname = "" }: HostReport) => hostname.length;
  return hosts.filter(fits).toSorted((a, b) => length(b) - length(a))[0];
}
