import { isVersionIn } from "../../../engine/version.ts";
import { HOSTNAME_FORM, isHostname } from "../../../core/hostname.ts";
import { describeOwner } from "../../../core/labels.ts";
import { hasSecurityOption } from "../../../core/security-options.ts";
import { expiredCertificateFix, hasExpiredCertificate } from "../../swarm/expired-certificate.ts";
import type { SwarmRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import type { MachineFacts } from "../facts/machine.ts";
import { isOurSwarm, type HostSnapshot, type ClusterSnapshot, usesNftables } from "../snapshot.ts";

/** Checks the engines' versions, settings and names. */
export function checkEngines({ subject }: SwarmRequirement, { hosts, machines }: ClusterSnapshot): PreflightIssue[] {
  return Object.entries(hosts).flatMap(([key, host]) => [
    ...hostnameErrors(host).map((problem) => ({
      subject,
      check: "identity" as const,
      hosts: [key],
      argument: `hosts.${key}.hostname`,
      value: host.hostname,
      problem,
    })),
    ...engineErrors(host, machines[key]).map((problem) => ({
      subject,
      check: "engine" as const,
      hosts: [key],
      argument: `hosts.${key}.engine`,
      value: host.address,
      problem,
    })),
  ]);
}

/** Rejects a Swarm that belongs to another state. */
export function checkSwarmOwner(requirement: SwarmRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  if (requirement.adopt) return [];
  const [managed] = Object.entries(snapshot.hosts).flatMap(([key, { manager }]) =>
    manager ? [{ key, ...manager }] : [],
  );
  if (!managed || isOurSwarm(managed.swarm, requirement.owner, snapshot)) return [];
  const { key, swarm } = managed;
  const problem =
    `host ${key} is a manager of the Swarm ${swarm.ID}, which belongs to ${describeOwner(swarm.Spec.Labels)}: ` +
    "use the state that created it, or set adopt: true";
  const about = { subject: requirement.subject, check: "swarm", hosts: [key] } as const;
  return [{ ...about, argument: "adopt", value: false, problem }];
}

/** Rejects hosts that are in another Swarm. */
export function checkMembership(requirement: SwarmRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const { subject } = requirement;
  const managed = Object.entries(snapshot.hosts).find(([, { manager }]) => manager);
  return Object.entries(snapshot.hosts).flatMap(([key, host]): PreflightIssue[] => {
    const about = { subject, check: "swarm", hosts: [key] } as const;
    const problem = membershipError(host, managed, snapshot);
    return problem ? [{ ...about, argument: `hosts.${key}.engine`, value: host.address, problem }] : [];
  });
}

function hostnameErrors({ hostname, info }: HostSnapshot): string[] {
  if (!isHostname(info.Name)) {
    return [
      `its engine calls itself "${info.Name}", which DNS and MinIO do not accept (${HOSTNAME_FORM}): rename the machine and restart Docker`,
    ];
  }
  if (hostname === undefined || hostname === info.Name) return [];
  return [
    `its engine calls itself "${info.Name}": give hostname: "${info.Name}", or rename the machine and restart Docker`,
  ];
}

/** Whether an engine is older than 20.10, the first with Engine API 1.41 and the oldest that is tested. */
export function isTooOld(version: string): boolean {
  return isVersionIn(version, "<20.10");
}

/** Docker's feature that allows nftables in Swarm mode. */
const NFTABLES_FEATURE = "swarm-nftables";

/** Returns why Swarm mode does not work with an engine, by its version and settings. */
export function engineErrors({ info }: Pick<HostSnapshot, "info">, machine?: MachineFacts): string[] {
  // An engine that is in a Swarm has the feature.
  const allowsNftables =
    info.Swarm.LocalNodeState === "active" || machine?.engineFeatures?.includes(NFTABLES_FEATURE) === true;
  const daemon = "in /etc/docker/daemon.json and restart Docker";
  return [
    info.OSType !== "linux" && `runs ${info.OSType} containers: switch Docker to Linux containers`,
    isTooOld(info.ServerVersion) &&
      `is Docker ${info.ServerVersion}, which lacks what services need (Engine API 1.41): upgrade it to 20.10 or later`,
    info.LiveRestoreEnabled &&
      `live-restore is on, which Swarm mode does not support: set "live-restore": false ${daemon}`,
    hasSecurityOption(info, "rootless") &&
      "runs rootless, where overlay networks do not work: use an engine that runs as root",
    usesNftables(info) &&
      !allowsNftables &&
      `its firewall backend is nftables, which Swarm mode only supports with Docker's feature ${NFTABLES_FEATURE}: set ` +
        `"firewall-backend": "iptables" ${daemon}`,
  ].filter((problem) => typeof problem === "string");
}

function membershipError(
  { info, manager }: HostSnapshot,
  managed: [string, HostSnapshot] | undefined,
  { unreachable, hosts, hasUnlockKey = false }: ClusterSnapshot,
): string | undefined {
  const { LocalNodeState: state, NodeID, Error: error } = info.Swarm;
  if (state === "locked") return hasUnlockKey ? undefined : "is a locked manager: run `docker swarm unlock` there";
  if (hasExpiredCertificate(info.Swarm)) return expiredCertificateFix(managed !== undefined);
  if (state === "error")
    return `its Swarm node is broken (${error}): fix it, or leave with \`docker swarm leave --force\``;
  if (state !== "active") return undefined;
  const known = managed?.[1].manager;
  if (manager) {
    return known?.swarm.ID === manager.swarm.ID
      ? undefined
      : `is in another Swarm (${manager.swarm.ID}) than host ${managed?.[0]}: leave it with \`docker swarm leave --force\``;
  }
  // A worker does not know its Swarm. Only managers do, and some are unreachable or locked.
  const isLocked = Object.values(hosts).some((host) => host.info.Swarm.LocalNodeState === "locked");
  if (known ? known.nodes.some((node) => node.ID === NodeID) : unreachable.length > 0 || isLocked) return undefined;
  return "is a worker in a Swarm that none of these hosts manages: leave it with `docker swarm leave`";
}
