import type { Settings } from "../../../stacks/settings.ts";
import { invalid, type InvalidSettings } from "./expected-refusal.ts";

/** Settings of other stack kinds: in a local stack, or invalid in their own. */
export const SETTINGS_OF_OTHER_KINDS = {
  hosts: [
    ...otherKind("hosts", {}),
    invalid(
      "an unknown availability of a host",
      {
        ...{ stack: "ssh", engine: undefined, hostname: undefined },
        hosts: { a: { address: "192.0.2.1", availability: "down" } },
      },
      "pulumi-swarm:hosts.a.availability",
      '"down"',
      '"active" or "pause" or "drain"',
    ),
  ],
  hostDefaults: otherKind("hostDefaults", {}),
  install: otherKind("install", "docker"),
  timeoutSeconds: otherKind("timeoutSeconds", 60),
  aws: otherKind("aws", { managers: { a: { zone: "us-east-1a" } } }),
  namespace: otherKind("namespace", "store"),
  pools: otherKind("pools", { main: { members: 4 } }),
  nodeSelector: otherKind("nodeSelector", { disk: "ssd" }),
  cni: otherKind("cni", "cilium"),
  cniTransport: otherKind("cniTransport", "vxlan"),
  clients: otherKind("clients", []),
  consoleClients: otherKind("consoleClients", []),
  dns: otherKind("dns", []),
} satisfies Partial<InvalidSettings<keyof Settings>>;

function otherKind(setting: keyof Settings, value: unknown): InvalidSettings<keyof Settings>[keyof Settings] {
  const [argument, wayOut] = [`pulumi-swarm:${setting}`, `pulumi config rm pulumi-swarm:${setting}`];
  return [invalid(`${setting} in a stack of another kind`, { [setting]: value }, argument, "of kind local", wayOut)];
}
