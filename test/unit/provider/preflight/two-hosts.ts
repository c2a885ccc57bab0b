import type { Requirement } from "../../../../core/requirement.ts";
import { formatPreflightIssue } from "../../../../provider/preflight/checks/issue.ts";
import { checkAll } from "../../../../provider/preflight/checks/all.ts";
import type { MachineFacts } from "../../../../provider/preflight/facts/machine.ts";
import type { HostSnapshot, ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { host, machine, NETWORK, snapshot } from "../../preflight-snapshot.ts";

/** A host of this name outside any Swarm, or a node of a Swarm with an unreachable manager. */
export const named = (name: string, info: Partial<HostSnapshot["info"]> = {}) =>
  host({ hostname: name, address: `ssh://${name}` }, { Name: name, ID: `engine-${name}`, ...info });
export const node = (name: string) =>
  named(name, { Swarm: { NodeID: name, NodeAddr: "", LocalNodeState: "active", ControlAvailable: false } });
export const two = (more: Partial<ClusterSnapshot> = {}) => snapshot({ a: named("a"), b: named("b") }, more);
export const nodes = (more: Partial<ClusterSnapshot> = {}) =>
  snapshot({ a: node("a"), b: node("b") }, { unreachable: ["m"], ...more });
export const machines = (a: Partial<MachineFacts>, b: Partial<MachineFacts> = {}) => ({
  machines: { a: machine(a), b: machine(b) },
});
export const addresses = (a: string, b: string) => ({ addresses: { a, b } });
export const own = (address: string, mtu = 1500) => ({ addresses: [{ device: "eth0", address }], mtus: { eth0: mtu } });
export const clear = { ...NETWORK, settings: { ...NETWORK.settings, encrypted: false } };
/** Returns the issues as lines, with warnings marked. */
export const found = (requirements: Requirement[], seen: ClusterSnapshot) =>
  checkAll(requirements, seen).map(
    (finding) => `${finding.warning ? "warning: " : ""}${formatPreflightIssue(finding)}`,
  );
