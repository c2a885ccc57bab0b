import { join } from "node:path";
import type { LabDisks } from "./disks.ts";
import { coverStartScript, NO_ENGINE } from "./start-script.ts";
import { mountSystem, type HostSystem, startSshd } from "./system.ts";

export interface BootOptions {
  system: HostSystem;
  /** File of the start script of its engine. */
  startScript: string;
  disks: LabDisks;
  /** Where the engine is reached from this machine, as in DOCKER_HOST. */
  socket: string;
  /** The control group of the machine's containers. */
  cgroup: string;
  /** The network whose registries the engine trusts without TLS. */
  trusted: string;
}

/**
 * What a machine does from its start to its end, as a script. The shell stays: it is the first process, and as such has
 * to see off the orphans; and it starts the engine again when that was ended, as systemd does. An engine that fails by
 * itself ends the machine, so that whoever waits for it hears of it.
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
    // The engine's identity lies there, beside its settings: no settings of this machine's engine.
    `mount --bind ${join(folder, "etc-docker")} /etc/docker`,
    ...disks.attach(),
    ...startSshd(system),
    "set +e",
    "while :; do",
    `  if [ -e ${NO_ENGINE} ]; then sleep 0.1; continue; fi`,
    `  dockerd --host ${socket} --host unix:///run/docker.sock --data-root ${join(folder, "docker")} \\`,
    `    --cgroup-parent ${cgroup} --insecure-registry ${trusted}`,
    "  code=$?",
    "  # Ended by a signal is 128 and more; asked to end is 0.",
    '  if [ "$code" -gt 0 ] && [ "$code" -lt 128 ]; then exit "$code"; fi',
    "done",
    "",
  ].join("\n");
}
