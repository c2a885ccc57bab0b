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
  root: boolean;
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
export interface ProbeWay {
  from: string;
  to: string;
  tries: string[];
}

/** What one host does in a probing: it listens, sends to its peers, and tells what came through. */
export interface ProbePart {
  self: string;
  /** Known to this probing alone, so that nothing else is taken for its packets. */
  mark: string;
  /** TCP ports to listen on. */
  tcp: number[];
  /** UDP ports to hear packets of. */
  udp: number[];
  /** Whether to hear ESP. */
  esp: boolean;
  /** Size of the packet of `mtu`, in bytes; 0 where none is sent. */
  size: number;
  peers: Record<string, { address: string; greet: boolean; tries: string[]; expects: string[] }>;
}

const GOSSIP = 7946;
const CONTROL = 2377;

/**
 * The ways to try: between all hosts but those that both are nodes, whose Swarm has shown that they are open. Of a node
 * the UDP ports are taken, and only root hears what comes there; ESP takes root on both ends.
 */
export function probeWays(hosts: readonly ProbeHost[], needs: ProbeNeeds): ProbeWay[] {
  return hosts.flatMap((from) =>
    hosts
      .filter((to) => to !== from && !(from.isNode && to.isNode))
      .map((to) => ({ from: from.key, to: to.key, tries: triesOf(from, to, needs) })),
  );
}

function triesOf(from: ProbeHost, to: ProbeHost, { dataPathPort, encrypted, mtu }: ProbeNeeds): string[] {
  const hears = to.root || !to.isNode;
  return [
    `${GOSSIP}/tcp`,
    ...(to.isManager ? [`${CONTROL}/tcp`] : []),
    ...(hears ? [`${GOSSIP}/udp`, `${dataPathPort}/udp`] : []),
    ...(encrypted && from.root && to.root ? ["esp"] : []),
    ...(hears && mtu !== undefined ? ["mtu"] : []),
  ];
}

/** Each host's part in trying the ways. */
export function probeParts(
  hosts: readonly ProbeHost[],
  ways: readonly ProbeWay[],
  mark: string,
  mtu = 0,
): Record<string, ProbePart> {
  const parts = hosts.flatMap((host): [string, ProbePart][] => {
    const out = ways.filter(({ from }) => from === host.key);
    if (out.length === 0) return [];
    const into = new Map(ways.filter(({ to }) => to === host.key).map(({ from, tries }) => [from, tries]));
    const incoming = [...new Set([...into.values()].flat())];
    // On a node what was there before answers, and says nothing of who asked.
    const heard = (tries: readonly string[] = []) => tries.filter((each) => !(host.isNode && each.endsWith("/tcp")));
    const peers = out.map(({ to, tries }) => {
      const peer = hosts.find(({ key }) => key === to)!;
      return [to, { address: peer.address, greet: !peer.isNode, tries, expects: heard(into.get(to)) }] as const;
    });
    const part = {
      self: host.key,
      mark,
      tcp: portsOf("tcp", heard(incoming)),
      udp: portsOf("udp", incoming),
      esp: incoming.includes("esp"),
      size: mtu,
      peers: Object.fromEntries(peers),
    };
    return [[host.key, part]];
  });
  return Object.fromEntries(parts);
}

function portsOf(protocol: string, tries: readonly string[]): number[] {
  return tries.flatMap((each) => (each.endsWith(`/${protocol}`) ? [Number.parseInt(each, 10)] : []));
}

/** What one host tells of a probing. */
export interface ProbeReport {
  /** What was heard of each peer. */
  heard: Record<string, string[]>;
  /** TCP ports of each peer that a connection came about with. */
  reached: Record<string, string[]>;
  /** What could not be listened for here, with the reason. */
  failed: Record<string, string>;
  /** Whether all that was to come through here did, and it ended for that. */
  done: boolean;
  /** When it began and ended, by its own clock, in milliseconds. */
  from: number;
  to: number;
}

/** The ways with what did not get through, as far as both ends are sure of it. */
export function blockedWays(ways: readonly ProbeWay[], reports: Record<string, ProbeReport>): ProbeWay[] {
  return ways.flatMap(({ from, to, tries }) => {
    const [sender, hearer] = [reports[from], reports[to]];
    if (!sender || !hearer) return [];
    const unsure = new Set(Object.keys(hearer.failed));
    const through = new Set([...(hearer.heard[from] ?? []), ...(sender.reached[to] ?? [])]);
    // Where not even a small packet gets through, the large one says nothing.
    if (!through.has(`${GOSSIP}/udp`)) unsure.add("mtu");
    const blocked = tries.filter((each) => !through.has(each) && !unsure.has(each));
    return blocked.length > 0 ? [{ from, to, tries: blocked }] : [];
  });
}

/** How long both ends of a way have to be at it together for a failure to mean something, in milliseconds. */
const TOGETHER = 2_000;
/** The same where the sender went on until it had heard the other: that one was there, and was sent to since. */
const TOGETHER_DONE = 300;

/** The ways whose ends were at work at the same time, by their own clocks and what these differ by from ours. */
export function waysInStep(
  ways: readonly ProbeWay[],
  reports: Record<string, ProbeReport>,
  machines: Record<string, MachineFacts>,
): ProbeWay[] {
  const during = (key: string) => {
    const report = reports[key];
    const { least = 0, most = 0 } = machines[key]?.clock ?? {};
    const ahead = (least + most) / 2;
    return report && { from: report.from - ahead, to: report.to - ahead };
  };
  return ways.filter(({ from, to }) => {
    const [a, b] = [during(from), during(to)];
    if (!a || !b) return false;
    const together = Math.min(a.to, b.to) - Math.max(a.from, b.from);
    return together >= (reports[from]?.done ? TOGETHER_DONE : TOGETHER);
  });
}
