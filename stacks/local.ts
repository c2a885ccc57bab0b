import { LocalHost } from "../components/index.ts";
import { LOOPBACK_ONLY } from "../core/allowed-addresses.ts";
import { isRestrictedToLoopback } from "./exposure.ts";
import { rejectNetworkSettings } from "./network.ts";
import type { StoreOutputs, SwarmOutputs } from "./outputs.ts";
import { AWS_SETTINGS, getHostDrives, KUBERNETES_SETTINGS, rejectSettings, type Settings } from "./settings.ts";
import { deploySwarmStore } from "./store.ts";

/** Settings of hosts elsewhere. */
const REMOTE_SETTINGS = ["hosts", "hostDefaults", "install", "timeoutSeconds"] as const;

/**
 * This machine alone: a Swarm of one node, its overlay network, and a store on as many drives as are given. Only this
 * machine reaches it, unless `expose` or `allowFrom` says otherwise.
 */
export function createLocalStack(settings: Settings): StoreOutputs & SwarmOutputs {
  rejectSettings(
    settings,
    [...REMOTE_SETTINGS, ...AWS_SETTINGS, ...KUBERNETES_SETTINGS],
    "an environment of kind local",
  );
  const { engine, endpointAddress, hostname } = settings;
  const drives = getHostDrives(settings, "local");
  const links = { local: settings.link };
  rejectNetworkSettings(settings, links);
  const host = new LocalHost("local", { engine, endpointAddress, hostname, drives });
  const allowFrom = isRestrictedToLoopback(settings) ? LOOPBACK_ONLY : settings.allowFrom;
  return deploySwarmStore({ managers: [host] }, { ...settings, allowFrom }, links);
}
