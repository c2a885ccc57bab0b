import type { Settings } from "../../../stacks/settings.ts";
import { wrong, type WrongSettings } from "./said.ts";

/** Settings of environments of other kinds, in a local one. */
export const MEANT_ELSEWHERE = {
  hosts: elsewhere("hosts", {}),
  hostDefaults: elsewhere("hostDefaults", {}),
  install: elsewhere("install", "docker"),
  timeoutSeconds: elsewhere("timeoutSeconds", 60),
  aws: elsewhere("aws", { managers: { a: { zone: "us-east-1a" } } }),
  namespace: elsewhere("namespace", "store"),
  pools: elsewhere("pools", { main: { members: 4 } }),
  nodeSelector: elsewhere("nodeSelector", { disk: "ssd" }),
  cni: elsewhere("cni", "cilium"),
  cniTransport: elsewhere("cniTransport", "vxlan"),
  clients: elsewhere("clients", []),
  consoleClients: elsewhere("consoleClients", []),
  dns: elsewhere("dns", []),
} satisfies Partial<WrongSettings<keyof Settings>>;

function elsewhere(setting: keyof Settings, value: unknown): WrongSettings<keyof Settings>[keyof Settings] {
  const [argument, wayOut] = [`pulumi-swarm:${setting}`, `pulumi config rm pulumi-swarm:${setting}`];
  return [wrong(`${setting} of another kind of environment`, { [setting]: value }, argument, "of kind local", wayOut)];
}
