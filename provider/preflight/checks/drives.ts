import { posix } from "node:path";
import { quoteIfNeeded } from "../../../engine/shell-quoting.ts";
import { hasSecurityOption, remappedRoot } from "../../../core/security-options.ts";
import type { Requirement, ServiceRequirement } from "../../../core/requirement.ts";
import { diskShortage } from "../disk-space.ts";
import type { DriveFacts } from "../facts/drive.ts";
import type { MachineFacts } from "../facts/machine.ts";
import { type HostSnapshot, isNode, type ClusterSnapshot, usesDrives } from "../snapshot.ts";
import type { ServiceIssue } from "./issue.ts";

/** Returns the folders of all drives that are on mounted disks, by host key. */
export function driveFolders(requirements: readonly Requirement[]): Record<string, string[]> {
  const folders: Record<string, string[]> = {};
  for (const requirement of requirements) {
    if (requirement.kind !== "service") continue;
    for (const host of requirement.hosts) (folders[host] ??= []).push(...requirement.disks.map(folderOf));
  }
  return folders;
}

const folderOf = ({ path, subfolder }: ServiceRequirement["disks"][number]) => posix.join(path, subfolder);

/** Checks the disks, folders and volumes that hold a service's drives. */
export function checkDrives(requirement: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  return [
    ...checkDisks(requirement, snapshot),
    ...checkDiskSpace(requirement, snapshot),
    ...checkContents(requirement, snapshot),
    ...warnAboutReuse(requirement, snapshot),
    ...checkStores(requirement, snapshot),
    ...checkAccess(requirement, snapshot),
    ...checkStorageDriver(requirement, snapshot),
  ];
}

function checkDisks({ disks, hosts }: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  return hosts.flatMap((key) => {
    const mounts = snapshot.machines[key]?.mounts;
    if (!mounts) return [];
    return disks.flatMap(({ path }) => {
      const problem = diskError(path, mounts);
      const fix = "mount the disk there, or leave path out and a Docker volume holds the drive";
      return problem ? [driveIssue(key, path, `${problem}: ${fix}`)] : [];
    });
  });
}

/** Only warns about nodes that already run: the change may add capacity. */
function checkDiskSpace({ disks, hosts }: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  return hosts.flatMap((key) => {
    const machine = snapshot.machines[key];
    if (!machine) return [];
    return disks.flatMap(({ path }): ServiceIssue[] => {
      const shortage = diskShortage(path, machine, ({ free, total }) => free < total / 10);
      if (!shortage) return [];
      return [driveIssue(key, path, shortage.problem, shortage.warning || isNode(snapshot, key))];
    });
  });
}

function diskError(path: string, mounts: MachineFacts["mounts"]): string | undefined {
  const mountAt = (at: string) => mounts.findLast((mount) => mount.path === at);
  const mount = mountAt(path.replace(/(?<=.)\/+$/, ""));
  if (!mount) return "is not a mount point";
  return mount.device === mountAt("/")?.device ? "is on the root disk" : undefined;
}

/** The folder of a drive on a host. */
interface DriveOnHost {
  host: string;
  path: string;
  folder: string;
  facts: DriveFacts;
}

/** Lists the folders that exist, except those that the service already uses. */
function unusedFolders(requirement: ServiceRequirement, snapshot: ClusterSnapshot): DriveOnHost[] {
  return foldersOf(requirement, snapshot).filter(({ host }) => usesDrives(requirement, host, snapshot) !== "yes");
}

function foldersOf({ hosts, disks }: ServiceRequirement, { machines }: ClusterSnapshot): DriveOnHost[] {
  return hosts.flatMap((host) =>
    disks.flatMap((disk) => {
      const folder = folderOf(disk);
      const facts = machines[host]?.drives?.[folder];
      return facts ? [{ host, path: disk.path, folder, facts }] : [];
    }),
  );
}

/** Rejects folders with files or another MinIO format. */
function checkContents(requirement: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  const { driveFormat } = requirement;
  if (driveFormat === undefined) return [];
  return unusedFolders(requirement, snapshot).flatMap(({ host, path, folder, facts: { format, files = [] } }) => {
    const warning = usesDrives(requirement, host, snapshot) === "unknown";
    if (files.length > 0) {
      const problem =
        `the folder ${folder} contains ${formatNames(files)}, which MinIO would take for buckets: move everything out ` +
        "of it, or set another subfolder";
      return [driveIssue(host, path, problem, warning)];
    }
    if (!format || format.name === driveFormat) return [];
    const problem =
      `the folder ${folder} contains data in MinIO's format "${format.name}" (${describeFormat(format.name)}), and this ` +
      `store needs "${driveFormat}" (${describeFormat(driveFormat)}): set another subfolder, and copy the data as ` +
      "docs/adopt.md describes";
    return [driveIssue(host, path, problem, warning)];
  });
}

function warnAboutReuse(requirement: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  const reused = unusedFolders(requirement, snapshot).filter(
    ({ facts: { format } }) => format && format.name === requirement.driveFormat,
  );
  return [...Map.groupBy(reused, ({ host }) => host)].map(([host, drives]) => {
    const folders = drives.map(({ folder }) => folder).join(", ");
    const what = drives.length === 1 ? "folder" : "folders";
    return driveIssue(host, drives[0]!.path, `the data in the ${what} ${folders} on host ${host} will be reused`, true);
  });
}

function describeFormat(name: string): string {
  const known: Record<string, string> = {
    fs: "one drive, from before 2022",
    "xl-single": "one drive",
    xl: "several drives",
  };
  return known[name] ?? "unknown";
}

/** Rejects drives of different stores. */
function checkStores(requirement: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  const drives = foldersOf(requirement, snapshot).flatMap((drive) => {
    const { storeId = "" } = drive.facts.format ?? {};
    return storeId === "" ? [] : [{ ...drive, storeId }];
  });
  const [first] = drives;
  const other = drives.find(({ storeId }) => storeId !== first?.storeId);
  if (!first || !other) return [];
  const problem =
    `the folder ${other.folder} contains a drive of the store ${other.storeId}, but ${first.folder} on host ` +
    `${first.host} one of the store ${first.storeId}: set another subfolder for one of them`;
  return [driveIssue(other.host, other.path, problem, usesDrives(requirement, other.host, snapshot) !== "no")];
}

/** SELinux types of files that containers may write. */
const CONTAINER_TYPES = ["container_file_t", "svirt_sandbox_file_t"];

/** Rejects folders that containers may not write, because of SELinux or user namespaces. */
function checkAccess(requirement: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  return foldersOf(requirement, snapshot).flatMap(({ host, path, folder, facts }) => {
    const info = snapshot.hosts[host]?.info;
    const problem = info && (selinuxError(info, folder, facts) ?? ownerError(requirement, info, folder, facts));
    return problem ? [driveIssue(host, path, problem, usesDrives(requirement, host, snapshot) !== "no")] : [];
  });
}

function selinuxError(info: HostSnapshot["info"], folder: string, { selinuxType }: DriveFacts): string | undefined {
  if (!hasSecurityOption(info, "selinux") || selinuxType === undefined || CONTAINER_TYPES.includes(selinuxType)) {
    return undefined;
  }
  const path = quoteIfNeeded(folder);
  return (
    `SELinux keeps containers from the folder ${folder}, which has the type ${selinuxType}: run \`chcon -R -t ` +
    `container_file_t ${path}\` there, and \`semanage fcontext -a -t container_file_t '${folder}(/.*)?'\`, so that ` +
    "relabeling keeps it"
  );
}

/** Root in containers may write everywhere, unless the engine maps it to another user. */
function ownerError(
  { user = "0" }: ServiceRequirement,
  info: HostSnapshot["info"],
  folder: string,
  { owner }: DriveFacts,
): string | undefined {
  const root = remappedRoot(info);
  const [id = 0, group = id] = user.split(":").map(Number);
  const needed = { user: (root?.user ?? 0) + id, group: (root?.group ?? 0) + group };
  if (!owner || owner.user === needed.user || (id > 0 ? owner.group === needed.group : !root)) return undefined;
  const name = id > 0 ? `user ${id}` : "root";
  const command = `chown -R ${needed.user}:${needed.group} ${quoteIfNeeded(folder)}`;
  return root
    ? `its engine maps ${name} in containers to user ${needed.user} (userns-remap), and the folder ${folder} belongs to user ` +
        `${owner.user}: run \`${command}\` there`
    : `the members run as ${name}, and the folder ${folder} belongs to user ${owner.user}: run \`${command}\` there`;
}

/** Storage drivers that keep a container's root in a plain folder, on the file system of the volumes. */
const PLAIN_FOLDER_DRIVERS = ["vfs", "native"];

/** MinIO rejects drives on the file system of its container's root. */
function checkStorageDriver(requirement: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  return Object.entries(requirement.volumes ?? {}).flatMap(([host, names]) => {
    const driver = snapshot.hosts[host]?.info.Driver ?? "";
    if (names.length === 0 || !PLAIN_FOLDER_DRIVERS.includes(driver)) return [];
    const problem =
      `its engine's storage driver is ${driver}, with which volumes are on the same file system as the container's ` +
      'root, and MinIO rejects those: set "storage-driver": "overlay2" in /etc/docker/daemon.json and restart Docker, ' +
      "or mount disks and give their path";
    const about = { check: "disks", hosts: [host], argument: `hosts.${host}.drives`, value: names[0] } as const;
    return [{ ...about, problem, warning: usesDrives(requirement, host, snapshot) !== "no" }];
  });
}

/** Formats at most three names: `a, b, c and more`. */
function formatNames(names: readonly string[]): string {
  return `${names.slice(0, 3).join(", ")}${names.length > 3 ? " and more" : ""}`;
}

function driveIssue(host: string, path: string, problem: string, warning?: boolean): ServiceIssue {
  const about = { check: "disks", hosts: [host], argument: `hosts.${host}.drives`, value: path } as const;
  return { ...about, problem, ...(warning !== undefined && { warning }) };
}
