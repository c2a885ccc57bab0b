import type { NetworkDetails, ServiceDetails, ServiceSpec } from "../../engine/types.ts";
import type { NetworkRequirement, ServiceRequirement, SwarmRequirement } from "../../core/requirement.ts";
import type { MachineFacts } from "../../provider/preflight/facts/machine.ts";
import type { HostSnapshot, ClusterSnapshot } from "../../provider/preflight/snapshot.ts";
import { type Owner, ownerLabels } from "../../core/labels.ts";

/** Builders for a stack on one host without problems; tests change one thing each. */
export const owner = (name: string): Owner => ({ id: "this-state", project: "p", stack: "s", name });

export const SWARM: SwarmRequirement = {
  kind: "swarm",
  subject: 'Swarm "swarm"',
  owner: owner("swarm"),
  adopt: false,
  addressPools: [],
};

export const NETWORK: NetworkRequirement = {
  kind: "network",
  subject: 'OverlayNetwork "net"',
  owner: owner("net"),
  name: "net",
  settings: { encrypted: true, attachable: true, internal: false, mtu: 1500, labels: {}, subnet: "10.20.0.0/24" },
};

export const SERVICE: ServiceRequirement = {
  kind: "service",
  subject: 'MinioService "store"',
  owner: owner("store"),
  name: "store",
  ports: { port: 9000 },
  hosts: ["a"],
  disks: [],
};

export function network(name: string, subnet: string, more: Partial<NetworkDetails> = {}): NetworkDetails {
  return {
    Id: `id-${name}`,
    Name: name,
    Created: "",
    Scope: "local",
    Driver: "bridge",
    Internal: false,
    Attachable: false,
    Ingress: false,
    IPAM: { Driver: "default", Config: [{ Subnet: subnet, Gateway: subnet.replace(/0\/\d+$/, "1") }] },
    Options: {},
    Labels: {},
    ...more,
  };
}

/** Returns the network of `NETWORK`, as created by this stack. */
export function ownNetwork(more: Partial<NetworkDetails> = {}): NetworkDetails {
  return network("net", "10.20.0.0/24", {
    Scope: "swarm",
    Driver: "overlay",
    Attachable: true,
    Options: {
      encrypted: "",
      "com.docker.network.driver.mtu": "1500",
      "com.docker.network.driver.overlay.vxlanid_list": "4097",
    },
    Labels: { ...ownerLabels(owner("net")), "pulumi-swarm.swarm": "swarm-1" },
    ...more,
  });
}

export function service(name: string, labels: Record<string, string>, spec: Partial<ServiceSpec> = {}): ServiceDetails {
  return {
    ID: `id-${name}`,
    Version: { Index: 1 },
    CreatedAt: "",
    UpdatedAt: "",
    Spec: {
      Name: name,
      Labels: labels,
      Mode: { Global: {} },
      TaskTemplate: { ContainerSpec: { Image: "x" } },
      ...spec,
    },
  };
}

export const attached = { TaskTemplate: { ContainerSpec: { Image: "x" }, Networks: [{ Target: "id-net" }] } };

/** Returns a host that is in no Swarm. */
export function host(more: Partial<HostSnapshot> = {}, info: Partial<HostSnapshot["info"]> = {}): HostSnapshot {
  return {
    hostname: "a",
    address: "unix:///a.sock",
    info: {
      ID: "engine",
      Name: "a",
      ServerVersion: "28.2.2",
      OperatingSystem: "Debian",
      OSType: "linux",
      Architecture: "x86_64",
      Swarm: { NodeID: "", NodeAddr: "", LocalNodeState: "inactive", ControlAvailable: false },
      ...info,
    },
    networks: [network("bridge", "172.17.0.0/16")],
    containers: [],
    ...more,
  };
}

/** Returns a manager of a Swarm with these labels. */
export function manager(
  labels: Record<string, string>,
  more: Partial<HostSnapshot> = {},
  services: ServiceDetails[] = [],
  info: Partial<HostSnapshot["info"]> = {},
) {
  const swarm = {
    ID: "swarm-1",
    Version: { Index: 1 },
    CreatedAt: "",
    Spec: { Labels: labels },
    DefaultAddrPool: ["10.0.0.0/8"],
    JoinTokens: { Worker: "", Manager: "" },
  };
  const Swarm = { NodeID: "n1", NodeAddr: "127.0.0.1", LocalNodeState: "active", ControlAvailable: true } as const;
  const ingress = network("ingress", "10.0.0.0/24", { Scope: "swarm", Driver: "overlay", Ingress: true });
  const gateway = network("docker_gwbridge", "172.18.0.0/16");
  const networks = [network("bridge", "172.17.0.0/16"), gateway, ingress, ...(more.networks ?? [])];
  return host({ ...more, networks, manager: { swarm, nodes: [], services } }, { Swarm, ...info });
}

export const ownManager = (
  more: Partial<HostSnapshot> = {},
  services: ServiceDetails[] = [],
  info: Partial<HostSnapshot["info"]> = {},
) => manager(ownerLabels(owner("swarm")), more, services, info);

export function snapshot(hosts: ClusterSnapshot["hosts"], more: Partial<ClusterSnapshot> = {}): ClusterSnapshot {
  return { hosts, unreachable: [], machines: {}, addresses: {}, allowOutage: false, ...more };
}

/** Returns facts of a machine without problems. */
export function machine(more: Partial<MachineFacts> = {}): MachineFacts {
  return { routes: [], mounts: [{ path: "/", device: "254:0" }], listening: [], ...more };
}
