import * as pulumi from "@pulumi/pulumi";
import { SshHosts } from "../components/index.ts";
import { rejectNetworkSettings } from "./network.ts";
import type { StoreOutputs, SwarmOutputs } from "./outputs.ts";
import { listAvailability } from "./setting.ts";
import { getHostDrives, rejectSettingsOfOtherKinds, type Settings } from "./settings.ts";
import { deploySwarmStore } from "./store.ts";

/** Creates a Swarm of existing machines over SSH, its overlay network, and a store on the drives of all hosts. */
export function createSshStack(settings: Settings): StoreOutputs & SwarmOutputs {
  rejectSettingsOfOtherKinds(settings, "ssh");
  const { hosts: hostSettings, hostDefaults, install, timeoutSeconds } = settings;
  const drives = getHostDrives(settings, "ssh");
  if (!hostSettings) {
    throw new pulumi.RunError("config pulumi-swarm:hosts: is missing: give the hosts of the stack");
  }
  const links = Object.fromEntries(Object.entries(hostSettings).map(([key, { link }]) => [key, link] as const));
  rejectNetworkSettings(settings, links);
  const roles = Object.entries(hostSettings).map(([key, { role }]) => [key, role] as const);
  const machines = Object.entries(hostSettings).map(
    ([key, { role: _role, link: _link, availability: _availability, ...machine }]) => [key, machine] as const,
  );
  const hosts = new SshHosts("hosts", {
    hosts: Object.fromEntries(machines),
    defaults: { drives, ...hostDefaults },
    ...{ install, timeoutSeconds },
  });
  const hostsInRole = (wanted: string) => roles.filter(([, role]) => role === wanted).map(([key]) => hosts.host(key));
  const nodes = { managers: hostsInRole("manager"), workers: hostsInRole("worker") };
  return deploySwarmStore({ ...nodes, availability: listAvailability(hostSettings) }, settings, links);
}
