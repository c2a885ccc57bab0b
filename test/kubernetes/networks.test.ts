import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CniArgs } from "../../components/kubernetes/cni/args.ts";
import { ensureCharts } from "../../toolchain/charts.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { TestStack } from "../integration/stack.ts";
import { type Cluster, startCluster, clusterUnavailableReason } from "../../lab/kubernetes/cluster.ts";
import { kubernetesStackOptions } from "./stack.ts";

const POD_CIDR = "10.42.0.0/16";

let cluster: Cluster;
let stack: TestStack;
let charts: string;

const problem = clusterUnavailableReason();

beforeAll(async () => {
  if (problem !== undefined) return;
  charts = await ensureCharts();
  cluster = await startCluster();
  const project = join(ROOT, "test", "kubernetes", "programs", "networks");
  stack = await TestStack.create({ project, ...(await kubernetesStackOptions(cluster)) });
});

afterAll(async () => {
  stack?.remove();
  await cluster?.stop();
});

beforeEach(({ skip }) => {
  if (problem !== undefined) skip(problem);
});

type Transports = Pick<Record<string, CniArgs["transport"]>, "flannel" | "calico" | "cilium">;

/** Configures all three plugins, each with its real chart. The cluster stores the objects, and does not run them. */
function configurePlugins(transports: Transports): void {
  const networks = (["flannel", "calico", "cilium"] as const).map((plugin) => {
    const args: CniArgs = { plugin, transport: transports[plugin], podCidr: POD_CIDR, chart: join(charts, plugin) };
    return [plugin, args] as const;
  });
  stack.config("networks:networks", Object.fromEntries(networks));
}

const textOf = async (namespace: string, name: string) => {
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name } };
  return (await cluster.api.read<{ data: Record<string, string> }>(map)).data;
};

const flannel = async () => JSON.parse((await textOf("kube-flannel", "kube-flannel-cfg"))["net-conf.json"]!) as object;
const cilium = () => textOf("kube-system", "cilium-config");
const calico = async () => {
  const object = { apiVersion: "operator.tigera.io/v1", kind: "Installation", metadata: { name: "default" } };
  return (await cluster.api.read<{ spec: { calicoNetwork: object } }>(object)).spec.calicoNetwork;
};

describe("CNI charts, installed by Pulumi's plugin", () => {
  test("with tunnels", async () => {
    configurePlugins({ flannel: "vxlan", calico: "vxlan", cilium: "vxlan" });
    await stack.up();
    expect(await flannel()).toEqual({ Network: POD_CIDR, Backend: { Type: "vxlan" } });
    expect(await calico()).toMatchObject({
      bgp: "Disabled",
      ipPools: [{ cidr: POD_CIDR, encapsulation: "VXLAN", natOutgoing: "Enabled" }],
    });
    expect(await cilium()).toMatchObject({
      "routing-mode": "tunnel",
      "tunnel-protocol": "vxlan",
      ipam: "cluster-pool",
      "cluster-pool-ipv4-cidr": POD_CIDR,
      "cluster-pool-ipv4-mask-size": "24",
    });
    expect(await cilium()).not.toHaveProperty("enable-wireguard");
  });

  test("have an empty second preview, although charts generate new certificates each time", async () => {
    expect((await stack.preview()).steps).toEqual([]);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("of Flannel enforce policies as well", async () => {
    const set = {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { namespace: "kube-flannel", name: "kube-flannel-ds" },
    };
    const { spec } = await cluster.api.read<{ spec: { template: { spec: { containers: { name: string }[] } } } }>(set);
    expect(spec.template.spec.containers.map(({ name }) => name)).toEqual(["kube-flannel", "kube-network-policies"]);
  });

  test("with plain routes, IP in IP, and encryption", async () => {
    configurePlugins({ flannel: "host-gw", calico: "ipip", cilium: "wireguard" });
    const { steps } = await stack.up();
    expect(steps.map(({ op, name }) => `${op} ${name}`).toSorted()).toEqual(
      ["calico", "cilium", "flannel"].map((plugin) => `update ${plugin}-release`),
    );
    expect(await flannel()).toEqual({ Network: POD_CIDR, Backend: { Type: "host-gw" } });
    expect(await calico()).toMatchObject({ bgp: "Enabled", ipPools: [{ encapsulation: "IPIP" }] });
    expect(await cilium()).toMatchObject({ "enable-wireguard": "true", "tunnel-protocol": "vxlan" });
  });

  test("with encryption, and routes by BGP", async () => {
    configurePlugins({ flannel: "wireguard", calico: "bgp", cilium: "wireguard" });
    await stack.up();
    expect(await flannel()).toEqual({ Network: POD_CIDR, Backend: { Type: "wireguard" } });
    expect(await calico()).toMatchObject({ bgp: "Enabled", ipPools: [{ encapsulation: "None" }] });
  });

  test("reject other addresses or another plugin before anything is changed", async () => {
    const args: CniArgs = { plugin: "cilium", podCidr: "10.43.0.0/16", chart: join(charts, "cilium") };
    stack.config("networks:networks", { flannel: args });
    const { output, steps } = await stack.expectFailure("up");
    expect(output).toContain('plugin "cilium": cannot change from "flannel": the nodes of a running cluster');
    expect(output).toContain('podCidr "10.43.0.0/16": cannot change from "10.42.0.0/16"');
    expect(steps.filter(({ op }) => op !== "delete")).toEqual([]);
    expect(await flannel()).toMatchObject({ Network: POD_CIDR });
  });
});
