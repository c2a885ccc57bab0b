import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import { storeLabels } from "../../../../components/kubernetes/plan.ts";
import {
  MinioNetworkPolicy,
  type MinioNetworkPolicyArgs,
} from "../../../../components/kubernetes/network-policy/minio-network-policy.ts";
import { minioPolicies } from "../../../../components/kubernetes/network-policy/policies.ts";
import { getErrorMessage, runProgram } from "../../harness.ts";

type PolicySpec = pulumi.Unwrap<types.input.networking.v1.NetworkPolicySpec>;
type Selector = pulumi.Unwrap<types.input.meta.v1.LabelSelector>;
type Peer = pulumi.Unwrap<types.input.networking.v1.NetworkPolicyPeer>;
type Rule = { peers: Peer[]; ports: { protocol?: string; port?: string | number }[] };

/** One end of a connection: a pod, or an address outside the cluster. */
interface End {
  address: string;
  namespace?: string;
  labels?: Record<string, string>;
}

interface Connection {
  from: End;
  to: End;
  port: number;
  protocol?: "TCP" | "UDP";
}

/** The policies' namespace. */
const STORAGE = "storage";

/**
 * Returns whether policies allow a connection, by Kubernetes' rules. A pod that policies select for a direction needs a
 * rule of one of them that allows the connection; a pod that no policy selects is open.
 */
function isAllowed(policies: PolicySpec[], { from, to, port, protocol = "TCP" }: Connection): boolean {
  const open = (end: End, other: End, direction: "Ingress" | "Egress") => {
    const mine = policies.filter(
      (policy) =>
        end.namespace === STORAGE && policy.policyTypes?.includes(direction) && selects(policy.podSelector, end.labels),
    );
    const rules: Rule[] = mine.flatMap(({ ingress = [], egress = [] }) =>
      direction === "Ingress"
        ? ingress.map((rule) => ({ peers: rule.from ?? [], ports: rule.ports ?? [] }))
        : egress.map((rule) => ({ peers: rule.to ?? [], ports: rule.ports ?? [] })),
    );
    const matches = ({ peers, ports }: Rule) =>
      (peers.length === 0 || peers.some((peer) => isPeer(peer, other))) &&
      (ports.length === 0 || ports.some((one) => one.port === port && (one.protocol ?? "TCP") === protocol));
    return mine.length === 0 || rules.some(matches);
  };
  return open(from, to, "Egress") && open(to, from, "Ingress");
}

function isPeer({ ipBlock, namespaceSelector, podSelector }: Peer, end: End): boolean {
  if (ipBlock) return ipaddr.parse(end.address).match(ipaddr.parseCIDR(ipBlock.cidr));
  if (end.namespace === undefined) return false;
  const isThere = namespaceSelector
    ? selects(namespaceSelector, { "kubernetes.io/metadata.name": end.namespace })
    : end.namespace === STORAGE;
  return isThere && (podSelector === undefined || selects(podSelector, end.labels));
}

/** Handles labels only: the policies here do not select by expressions. */
function selects(selector: Selector | undefined, labels: Record<string, string> = {}): boolean {
  const { matchLabels = {}, ...others } = selector ?? {};
  expect(others).toEqual({});
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

const pod = (namespace: string, labels: Record<string, string> = {}): End => ({
  address: "10.0.0.1",
  namespace,
  labels,
});
const member = pod(STORAGE, { ...storeLabels("store"), "pulumi-swarm.pool": "main" });
const otherStore = pod(STORAGE, storeLabels("other"));
const backup = pod(STORAGE, { app: "backup" });
const stranger = pod(STORAGE, { app: "stranger" });
const shop = pod("shop", { app: "anything" });
const proxy = pod("operations", { app: "proxy" });
const operator = pod("operations", { app: "other" });
const dns = pod("kube-system", { "k8s-app": "kube-dns" });
const api = pod("kube-system", { "k8s-app": "something" });
const office: End = { address: "10.1.2.3" };
const internet: End = { address: "203.0.113.7" };

const ARGS = {
  clients: [{ namespace: "shop" }, { pods: { app: "backup" } }, { addresses: "10.1.0.0/16" }],
  consoleClients: [{ namespace: "operations", pods: { app: "proxy" } }],
};

const policiesOf = (args: Omit<MinioNetworkPolicyArgs, "store">) =>
  Object.values(minioPolicies("store", args)) as PolicySpec[];

describe("decides connections", () => {
  test.each<[string, Connection, boolean]>([
    ["members to each other", { from: member, to: member, port: 9000 }, true],
    ["members to each other's console", { from: member, to: member, port: 9001 }, false],
    ["a given namespace to the S3 API", { from: shop, to: member, port: 9000 }, true],
    ["a given namespace to the console", { from: shop, to: member, port: 9001 }, false],
    ["given pods of the store's namespace to the S3 API", { from: backup, to: member, port: 9000 }, true],
    ["given pods of the store's namespace to each other", { from: backup, to: backup, port: 9000 }, false],
    ["given addresses to the S3 API", { from: office, to: member, port: 9000 }, true],
    ["other addresses to the S3 API", { from: internet, to: member, port: 9000 }, false],
    ["other pods of the store's namespace to the S3 API", { from: stranger, to: member, port: 9000 }, false],
    ["another store of the namespace to this one", { from: otherStore, to: member, port: 9000 }, false],
    ["given pods of another namespace to the console", { from: proxy, to: member, port: 9001 }, true],
    ["given pods of another namespace to the S3 API", { from: proxy, to: member, port: 9000 }, false],
    ["other pods of that namespace to the console", { from: operator, to: member, port: 9001 }, false],
    ["members to DNS", { from: member, to: dns, port: 53, protocol: "UDP" }, true],
    ["members to DNS over TCP", { from: member, to: dns, port: 53 }, true],
    ["clients in the namespace to DNS", { from: backup, to: dns, port: 53, protocol: "UDP" }, true],
    ["members to other pods in DNS's namespace", { from: member, to: api, port: 53, protocol: "UDP" }, false],
    ["members to other ports of DNS", { from: member, to: dns, port: 9153 }, false],
    ["members to their clients", { from: member, to: shop, port: 9000 }, false],
    ["members to the internet", { from: member, to: internet, port: 443 }, false],
    ["other pods of the namespace to the internet", { from: stranger, to: internet, port: 443 }, false],
    ["the internet to other pods of the namespace", { from: internet, to: stranger, port: 80 }, false],
    ["pods of other namespaces to each other", { from: shop, to: proxy, port: 80 }, true],
  ])("%s", (_, connection, allowed) => {
    expect(isAllowed(policiesOf(ARGS), connection)).toBe(allowed);
  });

  test.each<[string, Connection, boolean]>([
    ["members to each other", { from: member, to: member, port: 9000 }, true],
    ["another namespace to the S3 API", { from: shop, to: member, port: 9000 }, false],
    ["pods of another namespace to the console", { from: proxy, to: member, port: 9001 }, false],
  ])("without clients: %s", (_, connection, allowed) => {
    expect(isAllowed(policiesOf({}), connection)).toBe(allowed);
  });

  test("allows DNS at another address, or none at all", () => {
    const local: End = { address: "169.254.20.10" };
    const asked = { from: member, to: local, port: 53, protocol: "UDP" } as const;
    expect(isAllowed(policiesOf({ dns: [{ addresses: "169.254.20.10/32" }] }), asked)).toBe(true);
    expect(isAllowed(policiesOf({}), asked)).toBe(false);
    expect(isAllowed(policiesOf({ dns: [] }), { ...asked, to: dns })).toBe(false);
  });
});

describe("the component", () => {
  const guarded = { namespace: pulumi.output(STORAGE), serviceName: "store" };

  test("creates a policy for each purpose, in the store's namespace", async () => {
    const { resources } = await runProgram(() => new MinioNetworkPolicy("guard", { store: guarded, ...ARGS }));
    const policies = resources.filter(({ type }) => type.endsWith(":NetworkPolicy"));
    expect(policies.map(({ name, inputs }) => [name, inputs["metadata"]]).toSorted()).toEqual(
      ["clients", "clients-out", "console", "default-deny", "dns", "peers"].map((role) => [
        `guard-${role}`,
        { name: `store-${role}`, namespace: STORAGE },
      ]),
    );
    const [component] = resources.filter(({ custom }) => !custom);
    for (const { parent } of policies) expect(parent).toBe(component?.urn);
  });

  test.each<[string, Omit<MinioNetworkPolicyArgs, "store">, string]>([
    ["an empty client", { clients: [{}] }, "clients[0] {}: is empty"],
    ["pods without labels", { consoleClients: [{ pods: {} }] }, 'consoleClients[0] {"pods":{}}: is empty'],
    [
      "an invalid namespace",
      { clients: [{ namespace: "Shop" }] },
      'clients[0].namespace "Shop": must be a lowercase DNS label',
    ],
    [
      "an address without a prefix length",
      { clients: [{ addresses: "10.1.0.1" }] },
      'clients[0].addresses "10.1.0.1": must be an address range',
    ],
    [
      "a range with host bits",
      { dns: [{ addresses: "10.1.0.1/16" }] },
      'dns[0].addresses "10.1.0.1/16": has host bits: give 10.1.0.0/16',
    ],
    ["addresses with a namespace", { clients: [{ addresses: "10.0.0.0/8", namespace: "shop" }] }, "give two entries"],
  ])("rejects %s", async (_, args, line) => {
    const refusal = await getErrorMessage(() => new MinioNetworkPolicy("guard", { store: guarded, ...args }));
    expect(refusal).toMatch(/^MinioNetworkPolicy "guard": [^\n]*$/);
    expect(refusal).toContain(line);
  });
});
