import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Users of every host besides root: `operator` may use the engine and sudo without a password, `guest` neither. All
 * have the lab's key.
 */
export const LAB_USERS = { operator: 64_001, guest: 64_002 } as const;

/** Homes are empty at each start, so that this machine's shell start files have no effect. */
const HOMES = "/run/home";

/** Folders that are overlays of this machine's, so that each host has its own changes. */
const OVERLAID = ["/etc", "/usr", "/var/lib"];

/** The files in which a host differs from the machine that it runs on. */
export interface HostSystem {
  /** The folder of these files. */
  folder: string;
  hostname: string;
  /** File with the public key that is accepted by ssh. */
  authorized: string;
  /** Folders with programs that this machine lacks; earlier ones take precedence. */
  layers: readonly string[];
}

/** Returns the path on this machine of a host's file. */
export function systemFile({ folder }: HostSystem, path: string): string {
  return join(folder, "own", path);
}

/** Returns the file of a host's private ssh host key. */
export function hostKeyFile(system: HostSystem): string {
  return systemFile(system, "/etc/ssh/ssh_host_ed25519_key");
}

/** Creates a host's files; existing ones stay, as on a disk. */
export function createSystemFiles(system: HostSystem): void {
  for (const path of OVERLAID) {
    for (const part of [systemFile(system, path), workFolder(system, path)]) mkdirSync(part, { recursive: true });
  }
  const files: Record<string, [text: string, mode: number]> = {
    "/etc/hostname": [`${system.hostname}\n`, 0o644],
    "/etc/machine-id": [`${randomBytes(16).toString("hex")}\n`, 0o444],
    "/etc/passwd": [passwd(), 0o644],
    "/etc/group": [group(), 0o644],
    "/etc/shadow": [shadow(), 0o600],
    "/etc/sudoers": ["root ALL=(ALL:ALL) ALL\noperator ALL=(ALL:ALL) NOPASSWD: ALL\n", 0o440],
    "/etc/ssh/sshd_config": [sshdConfig(), 0o600],
  };
  for (const [path, [text, mode]] of Object.entries(files)) {
    const file = systemFile(system, path);
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) writeFileSync(file, text, { mode });
  }
  copyFileSync(system.authorized, systemFile(system, "/etc/ssh/authorized_keys"));
  hide(system, "/etc/pulumi-swarm");
}

/** Hides a folder of this machine's own stacks from the host, as overlayfs does for a deleted one. */
function hide(system: HostSystem, path: string): void {
  const whiteout = systemFile(system, path);
  if (!existsSync(whiteout)) execFileSync("mknod", [whiteout, "c", "0", "0"]);
}

/** Returns commands that mount a host's files over this machine's, in its mount namespace. */
export function mountSystem(system: HostSystem): string[] {
  return OVERLAID.map((path) => {
    const layers = system.layers.map((layer) => join(layer, path)).filter((folder) => existsSync(folder));
    const below = [...layers, path].join(":");
    const above = `upperdir=${systemFile(system, path)},workdir=${workFolder(system, path)}`;
    return `mount -t overlay overlay -o lowerdir=${below},${above} ${path}`;
  });
}

/** Returns commands that start sshd. */
export function startSshd({ folder }: HostSystem): string[] {
  return [
    `mkdir -p /run/sshd ${HOMES}/root`,
    ...Object.entries(LAB_USERS).map(([name, id]) => `install -d -o ${id} -g ${id} ${HOMES}/${name}`),
    `/usr/sbin/sshd -E ${join(folder, "sshd.log")}`,
  ];
}

/** Returns the work folder that overlayfs needs. */
function workFolder({ folder }: HostSystem, path: string): string {
  return join(folder, "work", path.replaceAll("/", "-").slice(1));
}

/** Uses only options that every sshd since 2016 supports. Sets the engine's address, overriding a shared home. */
function sshdConfig(): string {
  return [
    "HostKey /etc/ssh/ssh_host_ed25519_key",
    // The default, sntrup761, takes most of the CPU time of a connection.
    "KexAlgorithms curve25519-sha256",
    "AuthorizedKeysFile /etc/ssh/authorized_keys",
    "AuthenticationMethods publickey",
    "PermitRootLogin prohibit-password",
    "UsePAM no",
    "UseDNS no",
    "PidFile /run/sshd.pid",
    "SetEnv DOCKER_HOST=unix:///run/docker.sock",
    "Subsystem sftp internal-sftp",
    "",
  ].join("\n");
}

function passwd(): string {
  const mine = entries("/etc/passwd", ["root", "sshd", ...Object.keys(LAB_USERS)]);
  const root = `root:x:0:0:root:${HOMES}/root:/bin/bash`;
  const users = Object.entries(LAB_USERS).map(([name, id]) => `${name}:x:${id}:${id}::${HOMES}/${name}:/bin/sh`);
  return [root, ...mine, ...users, "sshd:x:64000:65534::/run/sshd:/usr/sbin/nologin", ""].join("\n");
}

function group(): string {
  const mine = entries("/etc/group", ["docker", ...Object.keys(LAB_USERS)]);
  const groups = Object.entries(LAB_USERS).map(([name, id]) => `${name}:x:${id}:`);
  return [...mine, ...groups, "docker:x:64003:operator", ""].join("\n");
}

/** An asterisk disables the password; an exclamation mark would lock the account. */
function shadow(): string {
  return passwd().replaceAll(/^([^:]+):.*$/gm, "$1:*:19000:0:99999:7:::");
}

/** Returns this machine's entries, without those names. */
function entries(file: string, without: readonly string[]): string[] {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.filter((line) => !without.includes(line.split(":")[0] ?? ""));
}
