import type { SwarmRequirement } from "../../../core/requirement.ts";
import { type PreflightIssue, downgradeToWarningIf } from "./issue.ts";
import { GIB, diskShortage } from "../disk-space.ts";
import { isNode, hostKeys, type ClusterSnapshot } from "../snapshot.ts";
import { takenPortError, findTakenPorts } from "../swarm-ports.ts";

/** Maximum clock difference, in seconds. MinIO decides by timestamps which version of an object is the newest. */
const CLOCK_SECONDS = 2;

/** From this difference on, in seconds, MinIO nodes and S3 clients reject each other's requests. */
const CLOCK_LIMIT_SECONDS = 15 * 60;

/** Checks the machines, alone and against each other. */
export function checkMachines(requirement: SwarmRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const issues = [
    ...checkUninspected(snapshot),
    ...checkDuplicates(snapshot),
    ...checkLoopback(snapshot),
    ...checkClocks(snapshot),
    ...checkVxlan(snapshot),
    ...checkPorts(requirement, snapshot),
    ...checkDiskSpace(snapshot),
  ];
  // Only warn about hosts that already run, so that an `up` that fixes them is never blocked.
  return issues.map((issue) =>
    downgradeToWarningIf(issue.warning === true || issue.hosts.every((key) => isNode(snapshot, key)), {
      subject: requirement.subject,
      ...issue,
    }),
  );
}

type MachineIssue = Omit<PreflightIssue, "subject">;

/**
 * Warns about engines and machines that could not be inspected. An engine may not exist yet: the resources that need it
 * wait for it.
 */
function checkUninspected({ unreachableReasons = {}, factsErrors = {} }: ClusterSnapshot): MachineIssue[] {
  const issue = (check: "engine" | "machine", key: string, problem: string): MachineIssue => ({
    check,
    hosts: [key],
    argument: `hosts.${key}`,
    value: check,
    problem,
    warning: true,
  });
  return [
    ...Object.entries(unreachableReasons).map(([key, reason]) => issue("engine", key, `not checked: ${reason}`)),
    ...Object.entries(factsErrors).map(([key, reason]) =>
      issue("machine", key, `its kernel, MTU, ports and disks are not checked: ${reason}`),
    ),
  ];
}

/** Finds hosts that are the same machine, or copies of each other. */
function checkDuplicates({ hosts, machines, addresses }: ClusterSnapshot): MachineIssue[] {
  const infos = Object.entries(hosts).map(([key, { info }]) => [key, info] as const);
  // DNS ignores case.
  const names = infos.map(([key, { Name }]) => [key, Name.toLowerCase()] as const);
  const engines = infos.map(([key, { ID }]) => [key, ID] as const);
  const sameEngine = duplicates(engines);
  return [
    ...sameEngine.map(({ keys, value }) => ({
      check: "identity" as const,
      hosts: keys,
      argument: `hosts.${keys.at(-1)!}.engine`,
      value: hosts[keys.at(-1)!]!.address,
      problem:
        `is the same engine (${value}) as that of ${otherHosts(keys)}: give another machine's, or, where machines are copies ` +
        "of each other, remove /etc/docker/key.json and engine-id in the Docker root and restart Docker there",
    })),
    ...duplicates(names)
      .filter(({ keys }) => !sameEngine.some((same) => keys.every((key) => same.keys.includes(key))))
      .map(({ keys, value }) => ({
        check: "identity" as const,
        hosts: keys,
        argument: `hosts.${keys.at(-1)!}.hostname`,
        value,
        problem: `the engine of ${otherHosts(keys)} has the same name: rename one of the machines and restart Docker`,
      })),
    ...duplicates(Object.entries(addresses)).map(({ keys, value }) => ({
      check: "addresses" as const,
      hosts: keys,
      argument: `hosts.${keys.at(-1)!}.privateAddress`,
      value,
      problem: `is the address of ${otherHosts(keys)} as well: give each host its own`,
    })),
    ...duplicates(
      Object.entries(machines).flatMap(([key, { machineId }]) => (machineId ? [[key, machineId] as const] : [])),
    )
      // Hosts that share a kernel are namespaces of one machine, not copies.
      .filter(({ keys }) => new Set(keys.map((key) => machines[key]?.bootId)).size === keys.length)
      .map(({ keys, value }) => ({
        check: "identity" as const,
        hosts: keys,
        argument: `hosts.${keys.at(-1)!}`,
        value,
        problem:
          `/etc/machine-id is that of ${otherHosts(keys)} as well, and DHCP may give both one address: remove the file there, ` +
          "run `systemd-machine-id-setup`, and restart the machine",
        warning: true,
      })),
  ];
}

/** Rejects loopback addresses, which lead every other host to itself. */
function checkLoopback(snapshot: ClusterSnapshot): MachineIssue[] {
  if (hostKeys(snapshot).length < 2) return [];
  const shared = new Set(duplicates(Object.entries(snapshot.addresses)).flatMap(({ keys }) => keys));
  return Object.entries(snapshot.addresses)
    .filter(([key, address]) => /^(127\.|::1$|localhost$)/.test(address) && !shared.has(key))
    .map(([key, address]) => ({
      check: "addresses",
      hosts: [key],
      argument: `hosts.${key}.privateAddress`,
      value: address,
      problem: "leads every other host to itself: give the address at which the other hosts reach this one",
    }));
}

/** Compares the earliest and the latest clock. Ignores differences that the time for reading them may explain. */
function checkClocks({ machines, hosts }: ClusterSnapshot): MachineIssue[] {
  const clocks = [...new Set([...Object.keys(machines), ...Object.keys(hosts)])].flatMap((key) => {
    const clock = machines[key]?.clock ?? hosts[key]?.clock;
    return clock ? [{ key, ...clock }] : [];
  });
  const latest = clocks.toSorted((a, b) => b.least - a.least)[0];
  const earliest = clocks.toSorted((a, b) => a.most - b.most)[0];
  if (!latest || !earliest) return [];
  const seconds = (latest.least - earliest.most) / 1000;
  if (seconds <= CLOCK_SECONDS) return [];
  const issue: MachineIssue = {
    check: "clock",
    hosts: [latest.key, earliest.key],
    argument: `hosts.${latest.key}`,
    value: "clock",
    problem:
      `${seconds.toFixed(1)} s ahead of host ${earliest.key}'s: MinIO decides by the clock which version of an ` +
      "object is newer, and its nodes reject each other from 15 min on: synchronize both by NTP " +
      "(`timedatectl set-ntp true`)",
  };
  return [{ ...issue, warning: seconds < CLOCK_LIMIT_SECONDS }];
}

function checkVxlan({ machines }: ClusterSnapshot): MachineIssue[] {
  return Object.entries(machines)
    .filter(([, { kernel }]) => kernel?.vxlan === "no")
    .map(([key]) => ({
      check: "kernel",
      hosts: [key],
      argument: `hosts.${key}`,
      value: "kernel",
      problem:
        "has no VXLAN, which overlay networks need: install the kernel's further modules (linux-modules-extra, " +
        "kernel-modules-extra), or another kernel",
    }));
}

function checkPorts(requirement: SwarmRequirement, snapshot: ClusterSnapshot): MachineIssue[] {
  return findTakenPorts(requirement, snapshot).map((taken) => ({
    check: "ports",
    hosts: [taken.key],
    argument: `hosts.${taken.key}`,
    value: `${taken.port}/tcp`,
    problem: takenPortError(taken),
  }));
}

/** Checks the disk that holds the engine's images and volumes. */
function checkDiskSpace({ hosts, machines }: ClusterSnapshot): MachineIssue[] {
  return Object.entries(machines).flatMap(([key, machine]) => {
    const root = hosts[key]?.info.DockerRootDir ?? "/var/lib/docker";
    const shortage = diskShortage(root, machine, ({ free }) => free < 2 * GIB);
    const about = { check: "disks", hosts: [key], argument: `hosts.${key}`, value: root } as const;
    return shortage ? [{ ...about, ...shortage }] : [];
  });
}

/** Returns the values that several keys share, with these keys. */
function duplicates(values: readonly (readonly [string, string])[]): { keys: string[]; value: string }[] {
  const byValue = Map.groupBy(values, ([, value]) => value);
  return [...byValue]
    .filter(([, entries]) => entries.length > 1)
    .map(([value, entries]) => ({ keys: entries.map(([key]) => key), value }));
}

function otherHosts(keys: readonly string[]): string {
  const others = keys.slice(0, -1);
  return `${others.length === 1 ? "host" : "hosts"} ${others.join(", ")}`;
}
