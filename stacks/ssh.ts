import * as pulumi from "@pulumi/pulumi";
import { SshHosts } from "../components/index.ts";
import { rejectNetworkSettings } from "./network.ts";
import type { StoreOutputs, SwarmOutputs } from "./outputs.ts";
import { AWS_SETTINGS, getHostDrives, KUBERNETES_SETTINGS, rejectSettings, type Settings } from "./settings.ts";
import { deploySwarmStore } from "./store.ts";

/** Settings of this machine. */
const LOCAL_SETTINGS = ["engine", "endpointAddress", "hostname", "link"] as const;

/** Existing machines over ssh: a Swarm of them all, its overlay network, and a store on the drives of each. */
export function createSshStack(settings: Settings): StoreOutputs & SwarmOutputs {
  rejectSettings(settings, [...LOCAL_SETTINGS, ...AWS_SETTINGS, ...KUBERNETES_SETTINGS], "an environment of kind ssh");
  const { hosts: given, hostDefaults, install, timeoutSeconds } = settings;
  const drives = getHostDrives(settings, "ssh");
  if (!given) {
    throw new pulumi.RunError("config pulumi-swarm:hosts: is missing: an environment of kind ssh is made of hosts");
  }
  const links = Object.fromEntries(Object.entries(given).map(([key, { link }]) => [key, link] as const));
  rejectNetworkSettings(settings, links);
  const roles = Object.entries(given).map(([key, { role }]) => [key, role] as const);
  const machines = Object.entries(given).map(
    ([key, { role: _role, link: _link, ...machine }]) => [key, machine] as const,
  );
  const hosts = new SshHosts("hosts", {
    hosts: Object.fromEntries(machines),
    defaults: { drives, ...hostDefaults },
    ...{ install, timeoutSeconds },
  });
  const inRole = (wanted: string) => roles.filter(([, role]) => role === wanted).map(([key]) => hosts.host(key));
  return deploySwarmStore({ managers: inRole("manager"), workers: inRole("worker") }, settings, links);
}
