import { LocalHost } from "../components/index.ts";
import { refuseNetworkSettings } from "./network.ts";
import type { StackOutputs } from "./outputs.ts";
import { refuseSettings, type Settings } from "./settings.ts";
import { storeOn } from "./store.ts";

/** This machine alone: a Swarm of one node, its overlay network, and a store on as many drives as are given. */
export function local(settings: Settings): StackOutputs {
  refuseSettings(settings, ["hosts", "hostDefaults", "install", "timeoutSeconds"], "an environment of kind local");
  const { engine, endpointAddress, hostname, drives } = settings;
  const links = { local: settings.link };
  refuseNetworkSettings(settings, links);
  const host = new LocalHost("local", { engine, endpointAddress, hostname, drives });
  return storeOn({ managers: [host] }, settings, links);
}
