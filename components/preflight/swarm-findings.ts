import { overlap } from "../overlay-network/cidr.ts";
import type { SwarmDetails } from "../engine/types.ts";
import { same } from "../provider/values.ts";
import { isOwned } from "../shared/labels.ts";
import type { SwarmDemand } from "./demand.ts";
import { type ObservedHost, type Refusal, type Situation, subnetsOf } from "./observed.ts";
import { ownRoutes } from "./routes.ts";

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What a host's engine has or is that a Swarm does not go with. */
export function hostRefusals({ subject }: SwarmDemand, { hosts }: Situation): Refusal[] {
  return Object.entries(hosts).flatMap(([key, host]) => [
    ...hostnameProblems(host).map((problem) => ({
      subject,
      argument: `hosts.${key}.hostname`,
      value: host.hostname,
      problem,
    })),
    ...engineProblems(host).map((problem) => ({
      subject,
      argument: `hosts.${key}.engine`,
      value: host.address,
      problem,
    })),
  ]);
}

/** Swarms that are there already and cannot be taken for this one. */
export function swarmRefusals(demand: SwarmDemand, situation: Situation): Refusal[] {
  const { subject } = demand;
  const managed = Object.entries(situation.hosts).find(([, { manager }]) => manager);
  return Object.entries(situation.hosts).flatMap(([key, host]): Refusal[] => {
    const problem = membershipProblem(host, managed, situation);
    if (problem) return [{ subject, argument: `hosts.${key}.engine`, value: host.address, problem }];
    if (!host.manager || demand.adopt || isOwned(host.manager.swarm.Spec.Labels, demand.owner)) return [];
    const foreign =
      `host ${key} already is in the Swarm ${host.manager.swarm.ID}, which this stack did not make: ` +
      "set adopt: true to take it on, or leave it with `docker swarm leave --force`";
    return [{ subject, argument: "adopt", value: false, problem: foreign }];
  });
}

/** Address pools of a Swarm to be made that would hide what the hosts have already. */
export function poolRefusals(demand: SwarmDemand, { hosts }: Situation): Refusal[] {
  const { subject, addressPools } = demand;
  const managed = Object.values(hosts).find(({ manager }) => manager)?.manager;
  if (managed) return foreignPools(demand, managed.swarm);
  return addressPools.flatMap((pool) => {
    const taken = Object.entries(hosts).flatMap(([key, host]) => usesOf(key, host));
    const use = taken.find(({ block }) => overlap(pool, block));
    const problem = `overlaps with ${use?.block}, ${use?.what}: choose a pool that is free on all hosts`;
    return use ? [{ subject, argument: "addressPools", value: pool, problem }] : [];
  });
}

/** A Swarm that is taken on keeps its pools; it is not ours to end. What ours may change, its own resource says. */
function foreignPools({ subject, owner, addressPools }: SwarmDemand, swarm: SwarmDetails): Refusal[] {
  const pools = swarm.DefaultAddrPool ?? [];
  if (addressPools.length === 0 || isOwned(swarm.Spec.Labels, owner) || same(addressPools, pools)) return [];
  const problem = `the Swarm that is there was made with ${JSON.stringify(pools)} and keeps them: leave addressPools out`;
  return [{ subject, argument: "addressPools", value: addressPools, problem }];
}

function usesOf(key: string, host: ObservedHost): { block: string; what: string }[] {
  return [
    ...host.networks.flatMap((network) =>
      subnetsOf(network).map((block) => ({ block, what: `the network ${network.Name} on host ${key}` })),
    ),
    ...ownRoutes(host).map(({ destination, device }) => ({
      block: destination,
      what: `a route of host ${key} (${device})`,
    })),
  ];
}

function hostnameProblems({ hostname, info }: ObservedHost): string[] {
  if (!DNS_LABEL.test(info.Name)) {
    const legal = "lowercase letters, digits and inner hyphens, at most 63";
    return [
      `its engine calls itself "${info.Name}", which is no DNS label (${legal}): rename the machine, restart Docker`,
    ];
  }
  if (hostname === info.Name) return [];
  return [
    `its engine calls itself "${info.Name}": give hostname: "${info.Name}", or rename the machine, restart Docker`,
  ];
}

function engineProblems({ info }: ObservedHost): string[] {
  const daemon = "in /etc/docker/daemon.json and restart Docker";
  return [
    info.OSType !== "linux" && `runs ${info.OSType} containers: switch Docker to Linux containers`,
    info.LiveRestoreEnabled && `live-restore is on, which Swarm mode cannot have: set "live-restore": false ${daemon}`,
    info.SecurityOptions?.some((option) => option.includes("rootless")) &&
      "runs rootless, where overlay networks do not work: use an engine that runs as root",
    info.FirewallBackend?.Driver.startsWith("nftables") &&
      `its firewall backend is nftables, which Swarm mode cannot use: set "firewall-backend": "iptables" ${daemon}`,
  ].filter((problem) => typeof problem === "string");
}

function membershipProblem(
  { info, manager }: ObservedHost,
  managed: [string, ObservedHost] | undefined,
  { silent }: Situation,
): string | undefined {
  const { LocalNodeState: state, NodeID, Error: error } = info.Swarm;
  if (state === "locked") return "is a locked manager: run `docker swarm unlock` there";
  if (state === "error")
    return `its Swarm node is broken (${error}): mend it, or leave with \`docker swarm leave --force\``;
  if (state !== "active") return undefined;
  const known = managed?.[1].manager;
  if (manager) {
    return known?.swarm.ID === manager.swarm.ID
      ? undefined
      : `is in another Swarm (${manager.swarm.ID}) than host ${managed?.[0]}: leave it with \`docker swarm leave --force\``;
  }
  // A worker does not say whose it is. With a manager that does not answer, nobody can.
  if (known ? known.nodes.some((node) => node.ID === NodeID) : silent.length > 0) return undefined;
  return "is a worker in a Swarm that none of these hosts manages: leave it with `docker swarm leave`";
}
