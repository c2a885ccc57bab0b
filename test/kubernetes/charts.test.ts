import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import type { CniTransport } from "../../components/kubernetes/cni/args.ts";
import { chartValues, CNI_CHARTS, type InstalledPlugin } from "../../components/kubernetes/cni/charts.ts";
import { ensureCharts, ensureHelm } from "../../toolchain/charts.ts";
import { run } from "../../toolchain/run.ts";
import { KUBERNETES } from "../../toolchain/versions.ts";

const POD_CIDR = "10.42.0.0/16";

interface Rendered {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec?: Record<string, unknown>;
}

let helm: string;
let charts: string;
let folder: string;

beforeAll(async () => {
  [helm, charts] = [await ensureHelm(), await ensureCharts()];
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-charts-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Renders a chart with these values, by kind and name. Helm validates them against the chart's schema. */
async function render(plugin: InstalledPlugin, values: object): Promise<Record<string, Rendered>> {
  const file = join(folder, "values.json");
  writeFileSync(file, JSON.stringify(values));
  const home = { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
  const { namespace } = CNI_CHARTS[plugin];
  const printed = await run(
    helm,
    [
      "template",
      plugin,
      join(charts, plugin),
      "--values",
      file,
      ...["--namespace", namespace, "--kube-version", KUBERNETES],
    ],
    { env: { ...process.env, ...home } },
  );
  const objects = parseAllDocuments(printed).flatMap((one) => (one.toJS() as Rendered | null) ?? []);
  return Object.fromEntries(objects.map((one) => [`${one.kind} ${one.metadata.name}`, one] as const));
}

const rendered = (plugin: InstalledPlugin, transport: CniTransport) =>
  render(plugin, chartValues(plugin, transport, POD_CIDR));

describe("the charts, rendered with the values", () => {
  test.each<[CniTransport, string]>([
    ["vxlan", "vxlan"],
    ["host-gw", "host-gw"],
    ["wireguard", "wireguard"],
  ])("flannel %s", async (transport, type) => {
    const objects = await rendered("flannel", transport);
    const config = JSON.parse(objects["ConfigMap kube-flannel-cfg"]!.data!["net-conf.json"]!) as object;
    expect(config).toEqual({ Network: POD_CIDR, Backend: { Type: type } });
    const { template } = objects["DaemonSet kube-flannel-ds"]!.spec as {
      template: { spec: { containers: { name: string }[] } };
    };
    expect(template.spec.containers.map(({ name }) => name)).toEqual(["kube-flannel", "kube-network-policies"]);
  });

  test.each<[CniTransport, string, string]>([
    ["vxlan", "Disabled", "VXLAN"],
    ["ipip", "Enabled", "IPIP"],
    ["bgp", "Enabled", "None"],
  ])("calico %s", async (transport, bgp, encapsulation) => {
    const objects = await rendered("calico", transport);
    expect(objects["Installation default"]?.spec).toMatchObject({
      cni: { type: "Calico" },
      calicoNetwork: { bgp, ipPools: [{ cidr: POD_CIDR, encapsulation, natOutgoing: "Enabled" }] },
    });
    expect(objects).toHaveProperty("Deployment tigera-operator");
  });

  test.each<[CniTransport, string | undefined]>([
    ["vxlan", undefined],
    ["wireguard", "true"],
  ])("cilium %s", async (transport, wireguard) => {
    const { data } = (await rendered("cilium", transport))["ConfigMap cilium-config"]!;
    expect(data).toMatchObject({
      ...{ "routing-mode": "tunnel", "tunnel-protocol": "vxlan", ipam: "cluster-pool" },
      ...{ "cluster-pool-ipv4-cidr": POD_CIDR, "cluster-pool-ipv4-mask-size": "24" },
    });
    expect(data!["enable-wireguard"]).toBe(wireguard);
  });

  test("reject an invalid value, so that the tests above mean something", async () => {
    await expect(render("cilium", { ipam: { mode: 7 } })).rejects.toThrow(/ipam/);
  });

  test.each(["flannel", "cilium"] as const)("of %s has the version that is installed", (plugin) => {
    const { version } = parse(readFileSync(join(charts, plugin, "Chart.yaml"), "utf8")) as { version: string };
    expect(version).toBe(CNI_CHARTS[plugin].version);
  });
});
