import { join } from "node:path";
import type { LabDisks } from "./disks.ts";
import { coverStartScript, NO_ENGINE } from "./start-script.ts";
import { mountSystem, type HostSystem, startSshd } from "./system.ts";

export interface BootOptions {
  system: HostSystem;
  /** File of the engine's init script. */
  startScript: string;
  disks: LabDisks;
  /** Address at which this machine reaches the engine, as in DOCKER_HOST. */
  socket: string;
  /** The control group of the host's containers. */
  cgroup: string;
  /** The subnet of the registries that the engine accepts without TLS. */
  trusted: string;
}

/**
 * Returns the script that a host runs as its first process. The shell keeps running to reap orphans, and restarts an
 * engine that was stopped, as systemd does. If the engine fails, the host ends, so that its caller notices.
 */
export function bootScript({ system, startScript, disks, socket, cgroup, trusted }: BootOptions): string {
  const { folder, hostname } = system;
  return [
    "#!/bin/sh",
    "set -e",
    `hostname ${hostname}`,
    "mount -t tmpfs tmpfs /run",
    ...mountSystem(system),
    ...coverStartScript(startScript),
    "mkdir -p /etc/docker",
    // The folder holds the engine's identity and settings, which must differ from those of this machine's engine.
    `mount --bind ${join(folder, "etc-docker")} /etc/docker`,
    ...disks.attach(),
    ...startSshd(system),
    "set +e",
    "while :; do",
    `  if [ -e ${NO_ENGINE} ]; then sleep 0.1; continue; fi`,
    // Reads the proxies that administrators set there, as the package's init script does.
    "  [ ! -r /etc/default/docker ] || . /etc/default/docker",
    `  dockerd --host ${socket} --host unix:///run/docker.sock --data-root ${join(folder, "docker")} \\`,
    `    --cgroup-parent ${cgroup} --insecure-registry ${trusted}`,
    "  code=$?",
    "  # Ended by a signal is 128 and more; asked to end is 0.",
    '  if [ "$code" -gt 0 ] && [ "$code" -lt 128 ]; then exit "$code"; fi',
    "done",
    "",
  ].join("\n");
}
