import { LocalHost } from "../components/index.ts";
import type { StackOutputs } from "./outputs.ts";
import { hostDrives, KUBERNETES_SETTINGS, refuseSettings, type Settings } from "./settings.ts";
import { storeOn } from "./store.ts";

/** This machine alone: a Swarm of one node, its overlay network, and a store on as many drives as are given. */
export function local(settings: Settings): StackOutputs {
  refuseSettings(settings, ["hosts", "hostDefaults", "install", "timeoutSeconds", ...KUBERNETES_SETTINGS], "local");
  const { engine, endpointAddress, hostname } = settings;
  const drives = hostDrives(settings, "local");
  return storeOn({ managers: [new LocalHost("local", { engine, endpointAddress, hostname, drives })] }, settings);
}
