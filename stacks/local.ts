import { Host } from "../components/index.ts";
import { LOOPBACK_ONLY } from "../core/allowed-addresses.ts";
import { isRestrictedToLoopback } from "./exposure.ts";
import { rejectNetworkSettings } from "./network.ts";
import type { StoreOutputs, SwarmOutputs } from "./outputs.ts";
import { getHostDrives, rejectSettingsOfOtherKinds, type Settings } from "./settings.ts";
import { deploySwarmStore } from "./store.ts";

/**
 * Creates a Swarm of this machine alone, its overlay network and a store. Only this machine can reach the store, unless
 * `expose` or `allowFrom` is set.
 */
export function createLocalStack(settings: Settings): StoreOutputs & SwarmOutputs {
  rejectSettingsOfOtherKinds(settings, "local");
  const { engine, endpointAddress, hostname } = settings;
  const drives = getHostDrives(settings, "local");
  const links = { local: settings.link };
  rejectNetworkSettings(settings, links);
  const host = new Host("local", { engine, endpointAddress, hostname, drives });
  const allowFrom = isRestrictedToLoopback(settings) ? LOOPBACK_ONLY : settings.allowFrom;
  return deploySwarmStore({ managers: [host] }, { ...settings, allowFrom }, links);
}
