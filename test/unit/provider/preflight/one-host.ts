import type { Requirement } from "../../../../core/requirement.ts";
import { checkAll, formatReport } from "../../../../provider/preflight/checks/all.ts";
import type { MachineFacts } from "../../../../provider/preflight/facts/machine.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { host, machine, NETWORK, owner, SERVICE } from "../../preflight-snapshot.ts";

export const OURS = ownerLabels(owner("store"));
export const local = machine();
export const on = (facts: MachineFacts) => ({ machines: { a: facts } });
export const preflightLines = (requirements: Requirement[], found: ClusterSnapshot) =>
  formatReport(checkAll(requirements, found), found).errors;
export const container = (name: string, port: number, labels: Record<string, string> = {}) => ({
  Id: name,
  Names: [`/${name}`],
  Image: "x",
  State: "running",
  Labels: labels,
  Ports: [{ PrivatePort: 80, PublicPort: port, Type: "tcp", IP: "0.0.0.0" }],
});
export const route = (destination: string) => ({ ...local, routes: [{ destination, device: "tun0" }] });
export const disk = (path: string) => ({ ...SERVICE, disks: [{ path, subfolder: "minio" }] });
export const published = (mode: "host" | "ingress") => ({
  EndpointSpec: {
    Mode: "vip" as const,
    Ports: [{ Protocol: "tcp" as const, TargetPort: 80, PublishedPort: 9000, PublishMode: mode }],
  },
});
export const ofService = { "com.docker.swarm.service.id": "id-store" };
export const ofServiceNamed = (name: string) => ({ ...ofService, "com.docker.swarm.service.name": name });
export const subnet = (block: string) => ({ ...NETWORK, settings: { ...NETWORK.settings, subnet: block } });
export const inSwarm = (swarm: object, name = "a") =>
  host(
    { hostname: name },
    {
      Name: name,
      ID: `engine-${name}`,
      Swarm: { NodeID: "n9", NodeAddr: "", LocalNodeState: "active", ControlAvailable: false, ...swarm },
    },
  );
