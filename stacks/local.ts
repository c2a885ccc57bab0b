import { LocalHost } from "../components/index.ts";
import type { StackOutputs } from "./outputs.ts";
import { DEFAULT_DRIVES, refuseSettings, type Settings } from "./settings.ts";
import { storeOn } from "./store.ts";

/** This machine alone: a Swarm of one node, its overlay network, and a store on as many drives as are given. */
export function local(settings: Settings): StackOutputs {
  refuseSettings(settings, ["hosts", "hostDefaults", "install", "timeoutSeconds", "aws"], "local");
  const { engine, endpointAddress, hostname, drives = DEFAULT_DRIVES } = settings;
  return storeOn({ managers: [new LocalHost("local", { engine, endpointAddress, hostname, drives })] }, settings);
}
