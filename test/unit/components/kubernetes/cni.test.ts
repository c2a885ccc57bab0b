import { describe, expect, test } from "vitest";
import type { CniArgs, CniTransport } from "../../../../components/kubernetes/cni/args.ts";
import {
  chartValues,
  CNI_CHARTS,
  type InstalledPlugin,
  transportsOf,
} from "../../../../components/kubernetes/cni/charts.ts";
import { Cni } from "../../../../components/kubernetes/cni/cni.ts";
import { getErrorMessage, type RegisteredResource, runProgram, getValue } from "../../harness.ts";
import { kubernetesOutputs } from "../../kubernetes-outputs.ts";

const made = (args: CniArgs, options = {}) =>
  runProgram(() => new Cni("network", args), { outputs: kubernetesOutputs, ...options });
const releaseOf = (resources: RegisteredResource[]) => resources.find(({ type }) => type.endsWith(":Release"));

describe("a chart's values", () => {
  const pool = (encapsulation: string) => [
    { cidr: "10.40.0.0/16", encapsulation, natOutgoing: "Enabled", nodeSelector: "all()" },
  ];
  const cilium = {
    routingMode: "tunnel",
    tunnelProtocol: "vxlan",
    ipam: {
      mode: "cluster-pool",
      operator: { clusterPoolIPv4PodCIDRList: ["10.40.0.0/16"], clusterPoolIPv4MaskSize: 24 },
    },
  };

  test.each<[InstalledPlugin, CniTransport, object]>([
    ["flannel", "vxlan", { podCidr: "10.40.0.0/16", flannel: { backend: "vxlan" }, netpol: { enabled: true } }],
    ["flannel", "host-gw", { podCidr: "10.40.0.0/16", flannel: { backend: "host-gw" }, netpol: { enabled: true } }],
    ["flannel", "wireguard", { podCidr: "10.40.0.0/16", flannel: { backend: "wireguard" }, netpol: { enabled: true } }],
    [
      "calico",
      "vxlan",
      { installation: { cni: { type: "Calico" }, calicoNetwork: { bgp: "Disabled", ipPools: pool("VXLAN") } } },
    ],
    [
      "calico",
      "ipip",
      { installation: { cni: { type: "Calico" }, calicoNetwork: { bgp: "Enabled", ipPools: pool("IPIP") } } },
    ],
    [
      "calico",
      "bgp",
      { installation: { cni: { type: "Calico" }, calicoNetwork: { bgp: "Enabled", ipPools: pool("None") } } },
    ],
    ["cilium", "vxlan", cilium],
    ["cilium", "wireguard", { ...cilium, encryption: { enabled: true, type: "wireguard" } }],
  ])("%s %s", (plugin, transport, values) => {
    expect(chartValues(plugin, transport, "10.40.0.0/16")).toEqual(values);
  });

  test("covers every transport", () => {
    expect((["flannel", "calico", "cilium"] as const).flatMap(transportsOf)).toHaveLength(8);
  });
});

describe("the component", () => {
  test.each<[InstalledPlugin, string, string, string | undefined]>([
    ["flannel", "https://flannel-io.github.io/flannel/", "flannel", "kube-flannel"],
    ["calico", "https://docs.tigera.io/calico/charts", "tigera-operator", "tigera-operator"],
    ["cilium", "https://helm.cilium.io/", "cilium", undefined],
  ])("installs %s from its pinned, published chart", async (plugin, repo, chart, ownNamespace) => {
    const { value, resources } = await made({ plugin });
    const release = releaseOf(resources);
    expect(release?.inputs).toMatchObject({
      ...{ chart, repositoryOpts: { repo }, name: plugin, timeout: 600 },
      version: CNI_CHARTS[plugin].version,
      namespace: ownNamespace ?? "kube-system",
      values: chartValues(plugin),
    });
    expect(CNI_CHARTS[plugin].version).toMatch(/^v?\d+\.\d+\.\d+$/);
    const namespace = resources.find(({ type }) => type.endsWith(":Namespace"));
    expect(namespace?.inputs["metadata"]).toEqual(
      ownNamespace && { name: ownNamespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
    );
    expect(await getValue(value.podCidr!)).toBe("10.244.0.0/16");
  });

  test("takes a chart from elsewhere, and every other argument", async () => {
    const args: CniArgs = {
      ...{ plugin: "cilium", transport: "wireguard", podCidr: "10.40.0.0/16" },
      ...{ chart: "oci://registry.example.com/charts/cilium", timeoutSeconds: 60 },
    };
    const { resources, value } = await made(args);
    const inputs = releaseOf(resources)!.inputs;
    expect(inputs).toMatchObject({
      chart: args.chart,
      values: chartValues("cilium", "wireguard", "10.40.0.0/16"),
      timeout: 60,
    });
    expect(inputs["version"]).toBeUndefined();
    expect(inputs["repositoryOpts"]).toBeUndefined();
    expect(await getValue(value.podCidr!)).toBe("10.40.0.0/16");
  });

  test("records the immutable values before it installs anything", async () => {
    const { resources } = await made({ plugin: "flannel" });
    const chosen = resources.find(({ type }) => type.endsWith(":ImmutableValues"))!;
    expect(chosen.inputs["values"]).toMatchObject({
      plugin: { value: "flannel" },
      podCidr: { value: "10.244.0.0/16" },
    });
    for (const kind of [":Namespace", ":Release"]) {
      expect(resources.find(({ type }) => type.endsWith(kind))?.dependencies).toContain(chosen.urn);
    }
  });

  test("installs nothing for the plugin none, and returns only a given podCidr", async () => {
    const { value, resources } = await made({ plugin: "none" });
    expect(resources.map(({ type }) => type)).toEqual(["swarm:index:Cni"]);
    expect(value.podCidr).toBeUndefined();
    const told = await made({ plugin: "none", podCidr: "10.40.0.0/16" });
    expect(await getValue(told.value.podCidr!)).toBe("10.40.0.0/16");
  });

  test("gives every child a parent, the same in a preview", async () => {
    const { resources } = await made({ plugin: "calico" });
    expect(resources.filter(({ parent }) => parent === undefined).map(({ name }) => name)).toEqual(["network"]);
    const preview = await made({ plugin: "calico" }, { preview: true });
    const names = (all: RegisteredResource[]) => all.map(({ urn }) => urn).toSorted();
    expect(names(preview.resources)).toEqual(names(resources));
  });
});

describe("rejects before it creates anything", () => {
  const odd = (text: string) => JSON.parse(text) as CniArgs;

  test.each<[string, CniArgs, string]>([
    ["Weave Net", { plugin: "weave" }, 'plugin "weave": Weave Net is archived and gets no more fixes'],
    ["Weave Net by the name of its chart", odd('{"plugin":"weave-net"}'), 'use "cilium", with transport "wireguard"'],
    ["an unknown plugin", odd('{"plugin":"kindnet"}'), 'plugin "kindnet": must be one of "flannel", "calico"'],
    [
      "another plugin's transport",
      { plugin: "calico", transport: "wireguard" },
      'transport "wireguard": is not supported by calico: choose one of "vxlan", "ipip", "bgp", or plugin "flannel" or "cilium"',
    ],
    ["BGP with Flannel", { plugin: "flannel", transport: "bgp" }, 'transport "bgp": is not supported by flannel'],
    [
      "host-gw with Cilium",
      { plugin: "cilium", transport: "host-gw" },
      'transport "host-gw": is not supported by cilium',
    ],
    [
      "an unknown transport",
      odd('{"plugin":"cilium","transport":"geneve"}'),
      'transport "geneve": is not supported by cilium',
    ],
    [
      "an address without a prefix length",
      { plugin: "flannel", podCidr: "10.244.0.0" },
      'podCidr "10.244.0.0": has no prefix length',
    ],
    ["a range with host bits", { plugin: "calico", podCidr: "10.244.1.0/16" }, "write 10.244.0.0/16"],
    ["IPv6", { plugin: "cilium", podCidr: "fd00::/104" }, 'podCidr "fd00::/104": is IPv6'],
    [
      "a range that is too small",
      { plugin: "flannel", podCidr: "10.0.0.0/25" },
      "must be between /8 and /24: each node takes",
    ],
    [
      "a chart's bare name",
      { plugin: "cilium", chart: "cilium" },
      'chart "cilium": must be the path of a folder or an archive',
    ],
    [
      "too short a timeout",
      { plugin: "cilium", timeoutSeconds: 1 },
      "timeoutSeconds 1: must be a whole number of at least 10",
    ],
    [
      "a transport without a plugin",
      { plugin: "none", transport: "vxlan" },
      'transport "vxlan": has no meaning with plugin "none"',
    ],
    [
      "a chart without a plugin",
      { plugin: "none", chart: "./chart" },
      'chart "./chart": has no meaning with plugin "none"',
    ],
    [
      "a timeout without a plugin",
      { plugin: "none", timeoutSeconds: 60 },
      'timeoutSeconds 60: has no meaning with plugin "none"',
    ],
  ])("%s", async (_, args, line) => {
    const refusal = await getErrorMessage(() => new Cni("network", args));
    expect(refusal).toMatch(/^Cni "network": [^\n]*$/);
    expect(refusal).toContain(line);
  });
});
