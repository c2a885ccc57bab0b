import { createHash } from "node:crypto";
import type { Owner } from "../../core/labels.ts";
import { allowedRanges } from "../../core/allowed-addresses.ts";

/** Who may reach which ports of a host. */
export interface PortFilter {
  /** Name of its chain. */
  chain: string;
  /** Names the rules for a reader: `S3Gateway "gateway"`. */
  title: string;
  /** TCP ports that Docker publishes. */
  ports: number[];
  /** Address ranges that may reach them. */
  allowFrom: string[];
  /** Bridges of the containers that publish them, beside `SWARM_BRIDGE`. */
  bridges?: string[];
}

/** Where a packet passes a chain of rules. */
export type Hook = "FORWARD" | "DOCKER-USER" | "INPUT";

/** One chain, and the chains that jump to it. */
export interface Chain {
  from: Hook[];
  name: string;
  /** As iptables lists them. */
  rules: string[];
}

/** The bridge through which tasks on overlay networks publish their ports. */
export const SWARM_BRIDGE = "docker_gwbridge";

/** Every chain of this package is named so. */
export const CHAIN_PREFIX = "PULUMI-SWARM-";

/**
 * Returns the name of an owner's chain, 28 characters at most. It follows from the identity and the resource's name, so
 * that an `up` that was killed finds its own chain again.
 */
export function chainName(owner: Owner): string {
  return `${CHAIN_PREFIX}${hash([owner.id, owner.name])}`;
}

function hash(parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 10);
}

/**
 * Returns the chains of a filter.
 *
 * Forwarded packets pass FORWARD, and DOCKER-USER in it. The engine keeps DOCKER-USER before its own rules, but never
 * calls it for IPv6 unless it manages that; other programs put rules before it. Hence the jumps from both.
 *
 * INPUT sees what the engine's proxy accepts on the host itself: IPv6 where the engine does not manage it, and
 * connections from tasks on this host, which are not translated on their way in.
 */
export function buildChains(filter: PortFilter): { ipv4: Chain[]; ipv6: Chain[] } {
  const { ipv4, ipv6 } = allowedRanges(filter.allowFrom);
  return {
    ipv4: [forwardChain(filter, ipv4), inputChain(filter, ipv4)],
    ipv6: [forwardChain(filter, ipv6), inputChain(filter, ipv6)],
  };
}

/**
 * A packet for a published port has another address and port by the time it is forwarded: the connection still knows
 * the original port. A packet that a neighbour routes to a container's own address was never translated.
 */
function forwardChain({ chain: name, ports, bridges = [] }: PortFilter, ranges: string[]): Chain {
  const published = sorted(ports).map(
    (port) => `-A ${name} -p tcp -m conntrack --ctstate DNAT --ctorigdstport ${port} --ctdir ORIGINAL -j DROP`,
  );
  const direct = [SWARM_BRIDGE, ...bridges.toSorted()].map(
    (bridge) => `-A ${name} ! -i ${bridge} -o ${bridge} -p tcp -m conntrack ! --ctstate DNAT --ctdir ORIGINAL -j DROP`,
  );
  return { from: ["FORWARD", "DOCKER-USER"], name, rules: [...returnRules(name, ranges), ...published, ...direct] };
}

function inputChain({ chain, ports }: PortFilter, ranges: string[]): Chain {
  const name = `${chain}-IN`;
  const drops = sorted(ports).map((port) => `-A ${name} -p tcp -m tcp --dport ${port} -j DROP`);
  return { from: ["INPUT"], name, rules: [`-A ${name} -i lo -j RETURN`, ...returnRules(name, ranges), ...drops] };
}

const returnRules = (name: string, ranges: string[]) => ranges.map((range) => `-A ${name} -s ${range} -j RETURN`);
const sorted = (ports: number[]) => ports.toSorted((a, b) => a - b);
