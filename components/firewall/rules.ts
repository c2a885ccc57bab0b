import { createHash } from "node:crypto";
import type { Owner } from "../shared/labels.ts";
import { allowedRanges } from "./allowed.ts";

/** Who may reach which ports of a host. */
export interface PortFilter {
  /** Name of its chain. */
  chain: string;
  /** Whose it is, for who reads the rules: `S3Gateway "gateway"`. */
  title: string;
  /** TCP ports that Docker publishes. */
  ports: number[];
  /** Address ranges that may reach them. */
  allowFrom: string[];
}

/** One chain, and the one that leads to it. */
export interface Chain {
  from: "DOCKER-USER" | "INPUT";
  name: string;
  /** As iptables lists them. */
  rules: string[];
}

/** Name of the chain of one owner; names of chains have 28 letters at most. */
export function chainOf({ project, stack, name }: Owner): string {
  const sign = createHash("sha256")
    .update(JSON.stringify([project, stack, name]))
    .digest("hex")
    .slice(0, 10);
  return `PULUMI-SWARM-${sign}`;
}

/**
 * The chains of a filter. What comes to a published port has another address and port by the time DOCKER-USER sees it:
 * the original port is the connection's to tell, and that there was one sets it apart from what containers send out.
 */
export function chainsOf(filter: PortFilter): { ipv4: Chain[]; ipv6: Chain[] } {
  const { ipv4, ipv6 } = allowedRanges(filter.allowFrom);
  return {
    ipv4: [forwarded(filter, ipv4)],
    // Where the engine leaves IPv6 alone, its proxy takes those connections on the host itself.
    ipv6: [forwarded(filter, ipv6), accepted(filter, ipv6)],
  };
}

function forwarded({ chain: name, ports }: PortFilter, ranges: string[]): Chain {
  const drops = inOrder(ports).map(
    (port) => `-A ${name} -p tcp -m conntrack --ctstate DNAT --ctorigdstport ${port} --ctdir ORIGINAL -j DROP`,
  );
  return { from: "DOCKER-USER", name, rules: [...returns(name, ranges), ...drops] };
}

function accepted({ chain, ports }: PortFilter, ranges: string[]): Chain {
  const name = `${chain}-IN`;
  const drops = inOrder(ports).map((port) => `-A ${name} -p tcp -m tcp --dport ${port} -j DROP`);
  return { from: "INPUT", name, rules: [`-A ${name} -i lo -j RETURN`, ...returns(name, ranges), ...drops] };
}

const returns = (name: string, ranges: string[]) => ranges.map((range) => `-A ${name} -s ${range} -j RETURN`);
const inOrder = (ports: number[]) => ports.toSorted((a, b) => a - b);
