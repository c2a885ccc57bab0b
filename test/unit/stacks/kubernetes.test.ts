import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test } from "vitest";
import { createKubernetesStack } from "../../../stacks/kubernetes.ts";
import { createLocalStack } from "../../../stacks/local.ts";
import { readSettings } from "../../../stacks/settings.ts";
import { configure, isSecret, getErrorMessage, runProgram, getValue } from "../harness.ts";
import { kubernetesOutputs } from "../kubernetes-outputs.ts";

const DRIVES = { d1: { size: "1Gi" } };

/** Sets the config of a stack, and reads the settings from it. */
function settingsOf(settings: Record<string, unknown>) {
  configure(settings);
  return readSettings();
}
afterEach(() => pulumi.runtime.setAllConfig({}));

const stackWith = (settings: Record<string, unknown>) =>
  createKubernetesStack(settingsOf({ drives: DRIVES, ...settings }));
const made = (settings: Record<string, unknown> = {}) =>
  runProgram(() => stackWith(settings), { outputs: kubernetesOutputs });

describe("a stack of kind kubernetes", () => {
  test("creates a restricted namespace, a store in it, and its policies", async () => {
    const { resources } = await made();
    const namespace = resources.find(({ type }) => type === "kubernetes:core/v1:Namespace")!;
    expect(namespace.inputs["metadata"]).toMatchObject({
      name: "minio",
      labels: { "pod-security.kubernetes.io/enforce": "restricted" },
    });
    const kinds = resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
    for (const kind of ["Cni network", "KubernetesMinio minio", "StatefulSet minio-main", "MinioNetworkPolicy minio"]) {
      expect(kinds).toContain(kind);
    }
    expect(kinds.filter((kind) => kind.startsWith("Release"))).toEqual([]);
    const set = resources.find(({ type }) => type.endsWith(":StatefulSet"))!;
    expect(set.dependencies).toContain(namespace.urn);
  });

  test("has no outputs of a Swarm, and no plain secrets", async () => {
    const { value } = await made();
    expect(Object.keys(value).toSorted()).toEqual([
      ...["caCertificate", "consoleEndpoints", "endpoint", "endpoints", "metricsEndpoints", "metricsToken"],
      ...["rootPassword", "rootUser", "serviceIds", "subnet", "users"],
    ]);
    expect(await getValue(value.endpoint)).toBe("http://minio.minio.svc:9000");
    expect(value.subnet).toBeNull();
    expect(await isSecret(value.rootPassword)).toBe(true);
  });

  test("installs the pod network if requested, before the namespace", async () => {
    const { value, resources } = await made({ cni: "cilium", cniTransport: "wireguard", subnet: "10.40.0.0/16" });
    const release = resources.find(({ type }) => type.endsWith(":Release"))!;
    expect(JSON.stringify(release.inputs)).toContain("10.40.0.0/16");
    expect(release.inputs["values"]).toMatchObject({ encryption: { type: "wireguard" } });
    const namespace = resources.find(({ type, name }) => type.endsWith(":Namespace") && name === "namespace")!;
    expect(namespace.dependencies).toContain(release.urn);
    expect(await getValue(value.subnet!)).toBe("10.40.0.0/16");
  });

  test("needs no drives if all pools have their own", async () => {
    const pools = { a: { members: 4, drives: { x: { size: "2Gi" } } } };
    pulumi.runtime.setAllConfig({ "pulumi-swarm:pools": JSON.stringify(pools) });
    const { resources } = await runProgram(() => createKubernetesStack(readSettings()), { outputs: kubernetesOutputs });
    const set = resources.find(({ type }) => type.endsWith(":StatefulSet"));
    expect(JSON.stringify(set?.inputs)).toContain("2Gi");
  });

  test("passes every other setting to the components", async () => {
    const { resources } = await made({
      ...{ namespace: "storage", tls: true, environment: { MINIO_REGION: "eu" }, nodeSelector: { disks: "local" } },
      ...{ expose: true, port: 80, consolePort: 81, rootUser: "chief", rootPasswordGeneration: 2, timeoutSeconds: 60 },
      pools: {
        a: { members: 4 },
        b: { members: 2, drives: { x: { size: "2Gi", storageClass: "fast" }, y: { size: "2Gi" } } },
      },
      clients: [{ namespace: "shop" }, { addresses: "10.1.0.0/16" }],
      consoleClients: [{ pods: { app: "proxy" } }],
      dns: [{ addresses: "169.254.20.10/32" }],
    });
    const text = JSON.stringify(resources.map(({ inputs }) => inputs));
    for (const part of [
      "eu",
      "disks",
      '"port":80',
      '"port":81',
      "chief",
      "fast",
      "shop",
      "10.1.0.0/16",
      "proxy",
      "169.254",
    ]) {
      expect(text).toContain(part);
    }
    expect(resources.find(({ name }) => name === "minio-tls")).toBeDefined();
    expect(
      resources
        .filter(({ type }) => type.endsWith(":StatefulSet"))
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(["minio-a", "minio-b"]);
  });
});

describe("rejects before anything is created", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["no size", { drives: { d1: {} } }, "config pulumi-swarm:drives.d1.size: is missing"],
    ["a folder", { drives: { d1: { path: "/mnt/a" } } }, "config pulumi-swarm:drives.d1: is a folder"],
    [
      "a folder of a pool",
      { pools: { a: { members: 4, drives: { d: { subfolder: "x" } } } } },
      "config pulumi-swarm:pools.a.drives.d: is a folder",
    ],
    ["a pool without members", { pools: { a: {} } }, "config pulumi-swarm:pools.a.members: is missing"],
    [
      "a pool of hosts",
      { pools: { a: { hosts: ["x"] } } },
      "config pulumi-swarm:pools.a.hosts: a pool on Kubernetes has members and drives: give these instead",
    ],
    [
      "a misspelt caller",
      { clients: [{ namspace: "x" }] },
      'clients.0.namspace: there is no such setting: did you mean "namespace"?',
    ],
    ["Weave Net", { cni: "weave" }, 'plugin "weave": Weave Net is archived'],
    ["another CNI", { cni: "kindnet" }, "config pulumi-swarm:cni: expected"],
    ["hosts", { hosts: { a: { address: "192.0.2.1" } } }, "config pulumi-swarm:hosts: does not apply"],
    ["a mode of Swarm's", { mode: "global" }, "config pulumi-swarm:mode: does not apply to a stack of kind kubernetes"],
    ["a hold of tasks", { minReadySeconds: 1 }, "config pulumi-swarm:minReadySeconds: does not apply"],
    ["encryption of an overlay network", { encrypted: true }, "config pulumi-swarm:encrypted: does not apply"],
    ["buckets", { buckets: { photos: {} } }, "config pulumi-swarm:buckets: does not apply"],
  ])("%s", async (_, settings, line) => {
    const refusal = await getErrorMessage(() => stackWith(settings));
    expect(refusal).toMatch(/^[^\n]*$/);
    expect(refusal).toContain(line);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["pools", { pools: { a: { members: 4 } } }, "config pulumi-swarm:pools: does not apply"],
    ["a CNI", { cni: "flannel" }, "config pulumi-swarm:cni: does not apply to a stack of kind local"],
    ["a drive's size", { drives: { d1: { size: "1Gi" } } }, "config pulumi-swarm:drives.d1: a drive has no size"],
  ])("on a Swarm: %s", async (_, settings, line) => {
    expect(await getErrorMessage(() => createLocalStack(settingsOf(settings)))).toContain(line);
  });
});
