import { LocalHost } from "../components/index.ts";
import { LOOPBACK_ONLY } from "../core/allowed-addresses.ts";
import { isForThisMachineAlone } from "./exposure.ts";
import { refuseNetworkSettings } from "./network.ts";
import type { StoreOutputs, SwarmOutputs } from "./outputs.ts";
import { AWS_SETTINGS, hostDrives, KUBERNETES_SETTINGS, refuseSettings, type Settings } from "./settings.ts";
import { storeOn } from "./store.ts";

/** Settings of hosts elsewhere. */
const REMOTE_SETTINGS = ["hosts", "hostDefaults", "install", "timeoutSeconds"] as const;

/**
 * This machine alone: a Swarm of one node, its overlay network, and a store on as many drives as are given. Only this
 * machine reaches it, unless `expose` or `allowFrom` says otherwise.
 */
export function local(settings: Settings): StoreOutputs & SwarmOutputs {
  refuseSettings(
    settings,
    [...REMOTE_SETTINGS, ...AWS_SETTINGS, ...KUBERNETES_SETTINGS],
    "an environment of kind local",
  );
  const { engine, endpointAddress, hostname } = settings;
  const drives = hostDrives(settings, "local");
  const links = { local: settings.link };
  refuseNetworkSettings(settings, links);
  const host = new LocalHost("local", { engine, endpointAddress, hostname, drives });
  const allowFrom = isForThisMachineAlone(settings) ? LOOPBACK_ONLY : settings.allowFrom;
  return storeOn({ managers: [host] }, { ...settings, allowFrom }, links);
}
