import type { MachineFacts } from "../facts/machine.ts";

/** A host that takes part in probing. */
export interface ProbeHost {
  key: string;
  /** The address at which the other hosts reach it. */
  address: string;
  /** The address for the traffic of networks. @default - `address` */
  dataAddress?: string;
  /** Whether it is a node of a Swarm. Swarm then uses its ports and answers on them. */
  isNode: boolean;
  /** Whether it is a manager, or will be one. */
  isManager: boolean;
  /** Whether commands can run as root. */
  hasRoot: boolean;
}

/** The traffic that must pass between hosts. */
export interface ProbeNeeds {
  /** UDP port of VXLAN. */
  dataPathPort: number;
  /** Whether VXLAN traffic is encrypted (ESP). */
  encrypted: boolean;
  /** The largest packet that must pass without fragmentation, in bytes. Undefined: not checked. */
  mtu?: number;
}

/** A link from one host to another, with the checks to run: `7946/tcp`, `4789/udp`, `esp`, `mtu`. */
export interface ProbeLink {
  from: string;
  to: string;
  checks: string[];
}

/** The probing task of one host: listen, send to its peers, and report what arrived. */
export interface ProbeTask {
  self: string;
  /** Random text that identifies the packets of this run. */
  nonce: string;
  /** TCP ports to listen on. */
  tcp: number[];
  /** UDP ports to receive on. */
  udp: number[];
  /** Whether to receive ESP. */
  esp: boolean;
  /** Size of the packet of the check `mtu`, in bytes; 0 if none is sent. */
  packetBytes: number;
  /** UDP port of VXLAN. */
  dataPathPort: number;
  peers: Record<string, { address: string; dataAddress: string; greet: boolean; checks: string[]; expects: string[] }>;
}

const GOSSIP = 7946;
const CONTROL = 2377;

/**
 * Returns the links to probe: all except those between two nodes, because the running Swarm proves that these work. On
 * a node, Swarm uses the UDP ports, so only root can receive packets there. ESP needs root on both ends.
 */
export function planLinks(hosts: readonly ProbeHost[], needs: ProbeNeeds): ProbeLink[] {
  return hosts.flatMap((from) =>
    hosts
      .filter((to) => to !== from && !(from.isNode && to.isNode))
      .map((to) => ({ from: from.key, to: to.key, checks: linkChecks(from, to, needs) })),
  );
}

function linkChecks(from: ProbeHost, to: ProbeHost, { dataPathPort, encrypted, mtu }: ProbeNeeds): string[] {
  const canReceive = to.hasRoot || !to.isNode;
  return [
    `${GOSSIP}/tcp`,
    ...(to.isManager ? [`${CONTROL}/tcp`] : []),
    ...(canReceive ? [`${GOSSIP}/udp`, `${dataPathPort}/udp`] : []),
    ...(encrypted && from.hasRoot && to.hasRoot ? ["esp"] : []),
    ...(canReceive && mtu !== undefined ? ["mtu"] : []),
  ];
}

/** Returns each host's task for probing the links. */
export function planTasks(
  hosts: readonly ProbeHost[],
  links: readonly ProbeLink[],
  nonce: string,
  { mtu = 0, dataPathPort }: Pick<ProbeNeeds, "mtu" | "dataPathPort">,
): Record<string, ProbeTask> {
  const parts = hosts.flatMap((host): [string, ProbeTask][] => {
    const out = links.filter(({ from }) => from === host.key);
    if (out.length === 0) return [];
    const into = new Map(links.filter(({ to }) => to === host.key).map(({ from, checks }) => [from, checks]));
    const incoming = [...new Set([...into.values()].flat())];
    // On a node, Swarm accepts the TCP connections, so the script does not see them.
    const visible = (checks: readonly string[] = []) =>
      checks.filter((each) => !(host.isNode && each.endsWith("/tcp")));
    const peers = out.map(({ to, checks }) => {
      const peer = hosts.find(({ key }) => key === to)!;
      const { address, dataAddress = address } = peer;
      return [to, { address, dataAddress, greet: !peer.isNode, checks, expects: visible(into.get(to)) }] as const;
    });
    const part = {
      self: host.key,
      nonce,
      tcp: portsToOpen("tcp", visible(incoming)),
      udp: portsToOpen("udp", incoming),
      esp: incoming.includes("esp"),
      packetBytes: mtu,
      dataPathPort,
      peers: Object.fromEntries(peers),
    };
    return [[host.key, part]];
  });
  return Object.fromEntries(parts);
}

function portsToOpen(protocol: string, checks: readonly string[]): number[] {
  return checks.flatMap((each) => (each.endsWith(`/${protocol}`) ? [Number.parseInt(each, 10)] : []));
}

/** The result of one host. */
export interface ProbeReport {
  /** Checks with packets that arrived, by peer. */
  received: Record<string, string[]>;
  /** Checks with TCP connections that succeeded, by peer. */
  connected: Record<string, string[]>;
  /** The address from which a peer's packets to the data path port came, if it is not the peer's `dataAddress`. */
  sources: Record<string, string>;
  /** Checks that could not listen here, with the reason. */
  failed: Record<string, string>;
  /** Whether everything arrived and the script ended early. */
  done: boolean;
  /** Start and end by the host's own clock, in milliseconds. */
  startedAt: number;
  endedAt: number;
}

/** Returns the links with failed checks. Leaves out checks that one of the ends could not run. */
export function blockedLinks(links: readonly ProbeLink[], reports: Record<string, ProbeReport>): ProbeLink[] {
  return links.flatMap(({ from, to, checks }) => {
    const [sender, receiver] = [reports[from], reports[to]];
    if (!sender || !receiver) return [];
    const inconclusive = new Set(Object.keys(receiver.failed));
    const through = new Set([...(receiver.received[from] ?? []), ...(sender.connected[to] ?? [])]);
    // If small packets do not pass, the large one proves nothing.
    if (!through.has(`${GOSSIP}/udp`)) inconclusive.add("mtu");
    const blocked = checks.filter((each) => !through.has(each) && !inconclusive.has(each));
    return blocked.length > 0 ? [{ from, to, checks: blocked }] : [];
  });
}

/** How long both ends must probe at the same time for a failure to count, in milliseconds. */
const MIN_OVERLAP_MS = 2_000;
/** The same if the sender ended early: it had received its peer's packets and had been sending all the time. */
const MIN_OVERLAP_DONE_MS = 300;

/** Returns the links with ends that probed at the same time, corrected by the clock differences. */
export function overlappingLinks(
  links: readonly ProbeLink[],
  reports: Record<string, ProbeReport>,
  machines: Record<string, MachineFacts>,
): ProbeLink[] {
  const during = (key: string) => {
    const report = reports[key];
    const { least = 0, most = 0 } = machines[key]?.clock ?? {};
    const ahead = (least + most) / 2;
    return report && { from: report.startedAt - ahead, to: report.endedAt - ahead };
  };
  return links.filter(({ from, to }) => {
    const [a, b] = [during(from), during(to)];
    if (!a || !b) return false;
    const overlap = Math.min(a.to, b.to) - Math.max(a.from, b.from);
    return overlap >= (reports[from]?.done ? MIN_OVERLAP_DONE_MS : MIN_OVERLAP_MS);
  });
}
