import type { HostReport } from "../hosts.ts";
import type { StatusReport, TaskReport } from "../model.ts";
import type { ServerReport } from "../store.ts";

/** A host with what runs on it. */
export interface HostView {
  host: HostReport;
  /** Tasks that are to run, or do. What has ended is history. */
  tasks: TaskReport[];
  /** Members of the store with their drives. */
  servers: ServerReport[];
}

/** The report by host, and what belongs to none of them. */
export interface HostsView {
  hosts: HostView[];
  otherTasks: TaskReport[];
  otherServers: ServerReport[];
}

export function hostsView({ hosts, tasks, store }: StatusReport): HostsView {
  const current = tasks.filter(({ desired, state }) => desired === "running" || state === "running");
  const ownerOf = ({ endpoint }: ServerReport) => hostOfServer(endpoint, hosts);
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

/** A member is called after its host: `<store>-<hostname>`. Of several that fit, the longest name is meant. */
function hostOfServer(endpoint: string, hosts: readonly HostReport[]): HostReport | undefined {
  const member = endpoint.replace(/^https?:\/\//, "").replace(/:\d+$/, "");
  const fits = ({ hostname }: HostReport) =>
    hostname !== undefined && (member === hostname || member.endsWith(`-${hostname}`));
  const length = ({ hostname = "" }: HostReport) => hostname.length;
  return hosts.filter(fits).toSorted((a, b) => length(b) - length(a))[0];
}
