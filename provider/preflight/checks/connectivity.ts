import type { NetworkRequirement, SwarmRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import { isMtuTolerated } from "./underlay.ts";
import { dataAddress, isNode, type ClusterSnapshot } from "../snapshot.ts";
import type { ProbeHost, ProbeNeeds, ProbeLink, ProbeReport } from "../connectivity/plan.ts";

/** Reports blocked links: one issue per pair of hosts, and one for large packets. */
export function blockedLinkIssues(
  swarm: SwarmRequirement,
  networks: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
  blocked: readonly ProbeLink[],
  dataPathPort: number,
): PreflightIssue[] {
  const { addresses } = snapshot;
  const pairs = Map.groupBy(blocked, ({ from, to }) => [from, to].sort().join(" "));
  return [...pairs.values()].flatMap((found): PreflightIssue[] => {
    const [a = "", b = ""] = [found[0]!.from, found[0]!.to].sort();
    const about = { hosts: [a, b], argument: `hosts.${a}.privateAddress`, value: addresses[a] };
    const missing = found.flatMap(({ from, to, checks }) => {
      const ports = checks.filter((each) => each !== "mtu").map(portName);
      return ports.length > 0 ? [`from ${from} to ${to} ${ports.join(", ")}`] : [];
    });
    const isNarrow = found.some(({ checks }) => checks.includes("mtu"));
    return [
      ...(missing.length > 0
        ? [
            {
              ...about,
              subject: swarm.subject,
              check: "ports" as const,
              problem:
                `traffic between this host and host ${b} (${addresses[b]}) is blocked: ${missing.join("; ")}: ` +
                `open these ports in the firewalls and security groups of both${portFix(found, dataPathPort)}`,
            },
          ]
        : []),
      ...(isNarrow ? pathMtuIssues(networks, a, b, snapshot) : []),
    ];
  });
}

/** Some hypervisors, routers and clouds use the port of VXLAN themselves, and no firewall rule opens it. */
function portFix(links: readonly ProbeLink[], dataPathPort: number): string {
  const isBlocked = links.some(({ checks }) => checks.includes(`${dataPathPort}/udp`));
  return isBlocked
    ? `; if something in between uses ${dataPathPort}/udp itself (NSX, Proxmox, some clouds), set dataPathPort on the Swarm`
    : "";
}

/** Reports a path MTU that is smaller than the MTU of the interfaces at its ends. */
function pathMtuIssues(
  networks: readonly NetworkRequirement[],
  a: string,
  b: string,
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  const mtus = networks.flatMap((network) =>
    network.settings.mtu === undefined ? [] : [{ network, mtu: network.settings.mtu }],
  );
  const widest = mtus.toSorted((one, other) => other.mtu - one.mtu)[0];
  if (!widest) return [];
  return [
    {
      subject: widest.network.subject,
      check: "mtu",
      hosts: [a, b],
      argument: "mtu",
      value: widest.mtu,
      problem:
        `packets of ${widest.mtu} bytes do not pass unfragmented between host ${a} and host ${b}: give the mtu that the ` +
        "link between them carries (`ping -M do -s <mtu - 28>` finds it)",
      warning: isMtuTolerated(widest.network, snapshot),
    },
  ];
}

/**
 * Rejects hosts with packets from another address than their nodes'. The kernel chooses it by the route, and VXLAN drops
 * packets of a container that do not come from the address that the Swarm knows for it. Only warns about nodes.
 */
export function foreignSourceIssues(
  { subject }: SwarmRequirement,
  networks: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
  reports: Record<string, Pick<ProbeReport, "sources">>,
): PreflightIssue[] {
  const isUsed = networks.some(({ perHostConfig }) => perHostConfig === undefined);
  const found = Object.entries(reports).flatMap(([to, { sources }]) =>
    Object.entries(sources).map(([from, source]) => ({ from, to, source })),
  );
  return [...Map.groupBy(found, ({ from, source }) => `${from} ${source}`).values()].map((links) => {
    const { from, source } = links[0]!;
    const to = links.map((link) => link.to).sort();
    const argument = snapshot.dataPathAddresses?.[from] === undefined ? "privateAddress" : "dataPathAddress";
    return {
      subject,
      check: "addresses",
      hosts: [from],
      argument: `hosts.${from}.${argument}`,
      value: dataAddress(snapshot, from),
      problem:
        `its packets reach host${to.length > 1 ? "s" : ""} ${to.join(", ")} from ${source}, and overlay networks drop what does ` +
        `not come from the address that is given: give ${source}, or change the machine's routes or addresses until ` +
        `\`ip route get ${dataAddress(snapshot, to[0]!)}\` there shows \`src ${dataAddress(snapshot, from)}\``,
      warning: !isUsed || isNode(snapshot, from),
    };
  });
}

/** Warns about hosts and links that could not be probed. */
export function skippedProbeIssues(
  { subject }: SwarmRequirement,
  snapshot: ClusterSnapshot,
  run: {
    able: readonly string[];
    probed: readonly ProbeHost[];
    links: readonly ProbeLink[];
    /** Links with ends that did not probe at the same time. */
    missed: readonly ProbeLink[];
    failures: Record<string, string>;
    needs: ProbeNeeds;
  },
): PreflightIssue[] {
  const { able, probed, links, missed, failures, needs } = run;
  const warning = (key: string, problem: string): PreflightIssue => ({
    subject,
    check: "ports",
    hosts: [key],
    argument: `hosts.${key}.privateAddress`,
    value: snapshot.addresses[key],
    problem,
    warning: true,
  });
  const isAlone = able.length < 2;
  const without = able.filter((key) => !isAlone && !snapshot.machines[key]?.hasPython);
  const asUser = probed.filter(({ key, hasRoot }) => !hasRoot && links.some(({ to }) => to === key));
  return [
    ...without.map((key) => warning(key, "connections from other hosts were not checked: it has no python3")),
    ...Object.entries(failures).map(([key, reason]) =>
      warning(key, `connections from other hosts were not checked: ${reason}`),
    ),
    ...groupedBySender(missed).map(([key, others]) =>
      warning(key, `connections to ${others.join(", ")} were not checked: they took too long to start; run it again`),
    ),
    ...asUser.flatMap(({ key }) => {
      const unchecked = [
        ...(isNode(snapshot, key) ? ["7946/udp", `${needs.dataPathPort}/udp`] : []),
        ...(needs.encrypted ? [portName("esp")] : []),
      ];
      const reason = "that needs root there, or sudo without a password";
      return unchecked.length > 0
        ? [warning(key, `connections to its ${unchecked.join(", ")} were not checked: ${reason}`)]
        : [];
    }),
  ];
}

function groupedBySender(links: readonly ProbeLink[]): [string, string[]][] {
  return [...Map.groupBy(links, ({ from }) => from)].map(([key, found]) => [key, found.map(({ to }) => `host ${to}`)]);
}

function portName(tried: string): string {
  return tried === "esp" ? "ESP (IP protocol 50)" : tried;
}
