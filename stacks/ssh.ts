import * as pulumi from "@pulumi/pulumi";
import { SshHosts } from "../components/index.ts";
import type { StackOutputs } from "./outputs.ts";
import { hostDrives, KUBERNETES_SETTINGS, refuseSettings, type Settings } from "./settings.ts";
import { storeOn } from "./store.ts";

/** Existing machines over ssh: a Swarm of them all, its overlay network, and a store on the drives of each. */
export function ssh(settings: Settings): StackOutputs {
  refuseSettings(settings, ["engine", "endpointAddress", "hostname", ...KUBERNETES_SETTINGS], "ssh");
  const { hosts: given, hostDefaults, install, timeoutSeconds } = settings;
  const drives = hostDrives(settings, "ssh");
  if (!given) {
    throw new pulumi.RunError("config pulumi-swarm:hosts: is missing: an environment of kind ssh is made of hosts");
  }
  const roles = Object.entries(given).map(([key, { role }]) => [key, role] as const);
  const machines = Object.entries(given).map(([key, { role: _role, ...machine }]) => [key, machine] as const);
  const hosts = new SshHosts("hosts", {
    hosts: Object.fromEntries(machines),
    defaults: { drives, ...hostDefaults },
    ...{ install, timeoutSeconds },
  });
  const inRole = (wanted: string) => roles.filter(([, role]) => role === wanted).map(([key]) => hosts.host(key));
  return storeOn({ managers: inRole("manager"), workers: inRole("worker") }, settings);
}
