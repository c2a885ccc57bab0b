import { createHash } from "node:crypto";
import type { Owner } from "../../core/labels.ts";
import { allowedRanges } from "../../core/allowed-addresses.ts";

/** The addresses that may reach published ports of a host. */
export interface PortFilter {
  /** Name of the iptables chain. */
  chain: string;
  /** The resource that the rules belong to, for messages: `S3Gateway "gateway"`. */
  title: string;
  /** Published TCP ports. */
  ports: number[];
  /** Address ranges that may reach them. */
  allowFrom: string[];
  /** Bridges of the containers that publish them, in addition to `SWARM_BRIDGE`. */
  bridges?: string[];
}

/** A chain that Docker or the kernel passes packets through. */
export type Hook = "FORWARD" | "DOCKER-USER" | "INPUT";

/** A chain of ours, and the chains that jump to it. */
export interface Chain {
  from: Hook[];
  name: string;
  /** In the format of `iptables -S`. */
  rules: string[];
}

/** The bridge through which tasks on overlay networks publish their ports. */
export const SWARM_BRIDGE = "docker_gwbridge";

/** Prefix of the names of all chains of this package. */
export const CHAIN_PREFIX = "PULUMI-SWARM-";

/**
 * Returns the name of an owner's chain, with at most 28 characters. It is derived from the owner's id and the resource's
 * name, so that a killed `up` finds its own chain again.
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
 * Forwarded packets traverse FORWARD, and DOCKER-USER from there. The engine keeps DOCKER-USER before its own rules, but
 * never calls it for IPv6 unless it manages ip6tables, and other programs put rules before it. Hence the jumps from both.
 *
 * INPUT sees the connections that the engine's userland proxy accepts on the host: IPv6 if the engine does not manage it,
 * and connections from tasks on this host, which are not translated on their way in.
 */
export function buildChains(filter: PortFilter): { ipv4: Chain[]; ipv6: Chain[] } {
  const { ipv4, ipv6 } = allowedRanges(filter.allowFrom);
  return {
    ipv4: [forwardChain(filter, ipv4), inputChain(filter, ipv4)],
    ipv6: [forwardChain(filter, ipv6), inputChain(filter, ipv6)],
  };
}

/**
 * Returns the chain for forwarded packets. Their address and port have been translated by then, so the rules match the
 * connection's original port. Packets that a neighbour routes directly to a container's address were never translated.
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
