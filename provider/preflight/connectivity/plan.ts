import type { MachineFacts } from "../facts/machine.ts";

/** A machine that can be probed, as far as that goes. */
export interface ProbeHost {
  key: string;
  /** The address by which the others reach it. */
  address: string;
  /** Whether it is a node of a Swarm: its ports are taken then, by what answers on them. */
  isNode: boolean;
  /** Whether it is a manager, or to be one. */
  isManager: boolean;
  /** Whether commands may be run there as root. */
  hasRoot: boolean;
}

/** What has to get through from one host to the other. */
export interface ProbeNeeds {
  /** UDP port of the traffic between containers. */
  dataPathPort: number;
  /** Whether that traffic is encrypted, and so travels as ESP. */
  encrypted: boolean;
  /** The largest packet that has to get through whole, in bytes. Absent: none in particular. */
  mtu?: number;
}

/** A way from one host to another, with what is tried on it: `7946/tcp`, `4789/udp`, `esp`, `mtu`. */
export interface ProbeLink {
  from: string;
  to: string;
  checks: string[];
}

/** What one host does in a probing: it listens, sends to its peers, and tells what came through. */
export interface ProbeTask {
  self: string;
  /** Known to this probing alone, so that nothing else is taken for its packets. */
  nonce: string;
  /** TCP ports to listen on. */
  tcp: number[];
  /** UDP ports to hear packets of. */
  udp: number[];
  /** Whether to hear ESP. */
  esp: boolean;
  /** Size of the packet of `mtu`, in bytes; 0 where none is sent. */
  packetBytes: number;
  peers: Record<string, { address: string; greet: boolean; checks: string[]; expects: string[] }>;
}

const GOSSIP = 7946;
const CONTROL = 2377;

/**
 * The ways to try: between all hosts but those that both are nodes, whose Swarm has shown that they are open. Of a node
 * the UDP ports are taken, and only root hears what comes there; ESP takes root on both ends.
 */
export function planLinks(hosts: readonly ProbeHost[], needs: ProbeNeeds): ProbeLink[] {
  return hosts.flatMap((from) =>
    hosts
      .filter((to) => to !== from && !(from.isNode && to.isNode))
      .map((to) => ({ from: from.key, to: to.key, checks: linkChecks(from, to, needs) })),
  );
}

function linkChecks(from: ProbeHost, to: ProbeHost, { dataPathPort, encrypted, mtu }: ProbeNeeds): string[] {
  const hears = to.hasRoot || !to.isNode;
  return [
    `${GOSSIP}/tcp`,
    ...(to.isManager ? [`${CONTROL}/tcp`] : []),
    ...(hears ? [`${GOSSIP}/udp`, `${dataPathPort}/udp`] : []),
    ...(encrypted && from.hasRoot && to.hasRoot ? ["esp"] : []),
    ...(hears && mtu !== undefined ? ["mtu"] : []),
  ];
}

/** Each host's part in trying the ways. */
export function planTasks(
  hosts: readonly ProbeHost[],
  ways: readonly ProbeLink[],
  nonce: string,
  mtu = 0,
): Record<string, ProbeTask> {
  const parts = hosts.flatMap((host): [string, ProbeTask][] => {
    const out = ways.filter(({ from }) => from === host.key);
    if (out.length === 0) return [];
    const into = new Map(ways.filter(({ to }) => to === host.key).map(({ from, checks }) => [from, checks]));
    const incoming = [...new Set([...into.values()].flat())];
    // On a node what was there before answers, and says nothing of who asked.
    const heard = (checks: readonly string[] = []) => checks.filter((each) => !(host.isNode && each.endsWith("/tcp")));
    const peers = out.map(({ to, checks }) => {
      const peer = hosts.find(({ key }) => key === to)!;
      return [to, { address: peer.address, greet: !peer.isNode, checks, expects: heard(into.get(to)) }] as const;
    });
    const part = {
      self: host.key,
      nonce,
      tcp: portsToOpen("tcp", heard(incoming)),
      udp: portsToOpen("udp", incoming),
      esp: incoming.includes("esp"),
      packetBytes: mtu,
      peers: Object.fromEntries(peers),
    };
    return [[host.key, part]];
  });
  return Object.fromEntries(parts);
}

function portsToOpen(protocol: string, checks: readonly string[]): number[] {
  return checks.flatMap((each) => (each.endsWith(`/${protocol}`) ? [Number.parseInt(each, 10)] : []));
}

/** What one host tells of a probing. */
export interface ProbeReport {
  /** What was heard of each peer. */
  received: Record<string, string[]>;
  /** TCP ports of each peer that a connection came about with. */
  connected: Record<string, string[]>;
  /** What could not be listened for here, with the reason. */
  failed: Record<string, string>;
  /** Whether all that was to come through here did, and it ended for that. */
  done: boolean;
  /** When it began and ended, by its own clock, in milliseconds. */
  startedAt: number;
  endedAt: number;
}

/** The ways with what did not get through, as far as both ends are sure of it. */
export function blockedLinks(ways: readonly ProbeLink[], reports: Record<string, ProbeReport>): ProbeLink[] {
  return ways.flatMap(({ from, to, checks }) => {
    const [sender, hearer] = [reports[from], reports[to]];
    if (!sender || !hearer) return [];
    const unsure = new Set(Object.keys(hearer.failed));
    const through = new Set([...(hearer.received[from] ?? []), ...(sender.connected[to] ?? [])]);
    // Where not even a small packet gets through, the large one says nothing.
    if (!through.has(`${GOSSIP}/udp`)) unsure.add("mtu");
    const blocked = checks.filter((each) => !through.has(each) && !unsure.has(each));
    return blocked.length > 0 ? [{ from, to, checks: blocked }] : [];
  });
}

/** How long both ends of a way have to be at it together for a failure to mean something, in milliseconds. */
const MIN_OVERLAP_MS = 2_000;
/** The same where the sender went on until it had heard the other: that one was there, and was sent to since. */
const MIN_OVERLAP_DONE_MS = 300;

/** The ways whose ends were at work at the same time, by their own clocks and what these differ by from ours. */
export function overlappingLinks(
  ways: readonly ProbeLink[],
  reports: Record<string, ProbeReport>,
  machines: Record<string, MachineFacts>,
): ProbeLink[] {
  const during = (key: string) => {
    const report = reports[key];
    const { least = 0, most = 0 } = machines[key]?.clock ?? {};
    const ahead = (least + most) / 2;
    return report && { from: report.startedAt - ahead, to: report.endedAt - ahead };
  };
  return ways.filter(({ from, to }) => {
    const [a, b] = [during(from), during(to)];
    if (!a || !b) return false;
    const together = Math.min(a.to, b.to) - Math.max(a.from, b.from);
    return together >= (reports[from]?.done ? MIN_OVERLAP_DONE_MS : MIN_OVERLAP_MS);
  });
}
