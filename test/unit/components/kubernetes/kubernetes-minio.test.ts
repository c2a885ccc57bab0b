import { describe, expect, test } from "vitest";
import type { KubernetesMinioArgs } from "../../../../components/kubernetes/kubernetes-minio.ts";
import { DEFAULT_MINIO_IMAGE } from "../../../../core/default-images.ts";
import { listDependencies, isSecret, type RegisteredResource, getValue } from "../../harness.ts";
import { kubernetesOutputs } from "../../kubernetes-outputs.ts";
import { made, specOf, statefulSet } from "./store.ts";

const IMAGE = `registry.example/silo:1@sha256:${"a".repeat(64)}`;

describe("children", () => {
  const kinds = async (args: Partial<KubernetesMinioArgs>) =>
    (await made(args)).resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).toSorted();

  test("of a store with one pool", async () => {
    expect(await kinds({})).toEqual([
      "KubernetesMinio store",
      "PodDisruptionBudget store-main",
      "RootCredentials store-credentials",
      "Secret store-secrets",
      "Service store-clients",
      "Service store-peers",
      "StatefulSet store-main",
    ]);
  });

  test("of a store with two pools and TLS", async () => {
    const more = ["Certificate store-tls", "PodDisruptionBudget store-next", "StatefulSet store-next"];
    const all = await kinds({ pools: { next: { members: 4 }, main: { members: 4 } }, tls: {} });
    expect(all).toEqual([...(await kinds({})), ...more].toSorted());
  });

  test("have a parent, and are the same in a preview", async () => {
    const { resources } = await made({ tls: {} });
    expect(resources.filter(({ parent }) => parent === undefined).map(({ name }) => name)).toEqual(["store"]);
    const preview = await made({ tls: {} }, { preview: true });
    const names = (all: RegisteredResource[]) => all.map(({ urn }) => urn).toSorted();
    expect(names(preview.resources)).toEqual(names(resources));
  });

  test("depend on the check of immutable values", async () => {
    const { resources, find } = await made({ pools: { a: { members: 4 }, b: { members: 4 } }, tls: {} });
    const first = find("store-credentials", "RootCredentials");
    const others = resources.filter(({ custom, urn }) => custom && urn !== first.urn);
    expect(others).toHaveLength(8);
    for (const one of others) expect(listDependencies(one, resources), one.name).toContain(first.urn);
  });

  test("pools do not depend on each other, but on the peers' Service; the clients' Service depends on all pools", async () => {
    const { find } = await made({ pools: { a: { members: 4 }, b: { members: 4 } } });
    const [a, b] = [find("store-a", "StatefulSet"), find("store-b", "StatefulSet")];
    expect(b.dependencies).not.toContain(a.urn);
    expect(a.dependencies).not.toContain(b.urn);
    expect(a.dependencies).toContain(find("store-peers", "Service").urn);
    for (const { urn } of [a, b]) expect(find("store-clients", "Service").dependencies).toContain(urn);
  });
});

test("peers find members before they are ready, clients only ready members", async () => {
  const { find } = await made();
  expect(specOf(find("store-peers", "Service"))).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
  const clients = find("store-clients", "Service");
  expect(clients.inputs["metadata"]).toEqual({ name: "store", namespace: "storage" });
  expect(specOf(clients)).toMatchObject({ type: "ClusterIP", ports: [{ port: 9000 }, { port: 9001 }] });
});

describe("secrets", () => {
  test("are files, never variables or arguments, and get a new Secret when they change", async () => {
    const { find } = await made();
    const secret = find("store-secrets", "Secret");
    expect(secret.secrets).toEqual(["stringData"]);
    expect(secret.inputs).toMatchObject({
      immutable: true,
      stringData: { "root-user": "root-abc", "root-password": "very-secret-password" },
    });
    expect((secret.inputs["metadata"] as { name?: string }).name).toBeUndefined();
    const { pod, container, variables } = await statefulSet();
    expect(JSON.stringify({ pod })).not.toContain("very-secret-password");
    expect(variables["MINIO_ROOT_PASSWORD_FILE"]).toBe("/run/secrets/root-password");
    expect(container.volumeMounts).toContainEqual({ name: "secrets", mountPath: "/run/secrets", readOnly: true });
    expect(pod.volumes?.find(({ name }) => name === "secrets")?.secret).toMatchObject({
      secretName: "store-secrets-autoname",
      defaultMode: 0o440,
    });
  });

  test("returns the password as a secret", async () => {
    const { value } = await made();
    expect(await isSecret(value.rootPassword)).toBe(true);
    expect(await getValue(value.rootUser)).toBe("root-abc");
  });
});

test("TLS: issues certificates for all names, mounts them for MinIO, and uses https in probes and URLs", async () => {
  const { value, find } = await made({ tls: { names: ["s3.example.com"] } });
  expect(find("store-tls", "Certificate").inputs["names"]).toEqual([
    "store",
    "*.store-peers.storage.svc",
    "127.0.0.1",
    "localhost",
    "s3.example.com",
    ...[0, 1, 2, 3].map((number) => `store-main-${number}.store-peers`),
    "store.storage",
    "store.storage.svc",
  ]);
  const { pod, container, variables } = await statefulSet({ tls: {} });
  expect(container.args).toContain("/run/secrets/certs");
  expect(container.livenessProbe?.httpGet?.scheme).toBe("HTTPS");
  expect(variables["SSL_CERT_DIR"]).toContain("/run/secrets/certs/CAs");
  expect(pod.volumes?.find(({ name }) => name === "secrets")?.secret?.items).toContainEqual({
    key: "tls.key",
    path: "certs/private.key",
  });
  expect(await getValue(value.endpoint)).toBe("https://store.storage.svc:9000");
  expect(await getValue(value.caCertificate!)).toBe("AUTHORITY");
});

test("records the pools in key order", async () => {
  const { find } = await made({ pools: { next: { members: 4 }, main: { members: 4 } } });
  expect(find("store-credentials", "RootCredentials").inputs["pools"]).toEqual(["main", "next"]);
});

test("records the immutable values", async () => {
  const { find } = await made();
  const immutable = find("store-credentials", "RootCredentials").inputs["immutable"] as Record<
    string,
    { value: unknown }
  >;
  const values = Object.entries(immutable).map(([key, { value }]) => [key, value] as const);
  expect(Object.fromEntries(values)).toEqual({
    serviceName: "store",
    namespace: "storage",
    "pools.main.members": 4,
    "pools.main.drives": { d1: { size: "1Gi", storageClass: "local" }, d2: { size: "1Gi" } },
  });
});

test("passes every other argument to a child", async () => {
  const { container, pod, variables } = await statefulSet({
    ...{ cpuLimit: 2, cpuReservation: 0.5, memoryLimitMiB: 1536, memoryReservationMiB: 1024 },
    ...{ image: IMAGE, stopGraceSeconds: 90, environment: { MINIO_REGION: "eu" } },
  });
  expect(container.resources).toEqual({
    limits: { cpu: "2", memory: "1536Mi" },
    requests: { cpu: "500m", memory: "1Gi" },
  });
  expect(container.image).toBe(IMAGE);
  expect(pod.terminationGracePeriodSeconds).toBe(90);
  expect(variables["MINIO_REGION"]).toBe("eu");
  expect((await statefulSet()).container.image).toBe(DEFAULT_MINIO_IMAGE);
  expect((await statefulSet()).container.resources).toEqual({});
  const { find } = await made({ rootUser: "chief", rootPasswordGeneration: "2", serviceName: "objects" });
  expect(find("store-credentials", "RootCredentials").inputs).toMatchObject({
    requestedUser: "chief",
    passwordGeneration: "2",
  });
  const given = (await made({ rootPassword: "given-password" })).find("store-credentials", "RootCredentials");
  expect(given.inputs["password"]).toBe("given-password");
  expect(given.secrets).toContain("password");
  expect(find("store-main", "StatefulSet").inputs["metadata"]).toEqual({ name: "objects-main", namespace: "storage" });
});

describe("outputs", () => {
  test("inside the cluster", async () => {
    const { value } = await made({ pools: { main: { members: 2 } } });
    expect(await getValue(value.endpoint)).toBe("http://store.storage.svc:9000");
    expect(await getValue(value.endpoints)).toEqual({
      "main-0": "http://store-main-0.store-peers.storage.svc:9000",
      "main-1": "http://store-main-1.store-peers.storage.svc:9000",
    });
    expect((await getValue(value.consoleEndpoints))["main-1"]).toBe("http://store-main-1.store-peers.storage.svc:9001");
    expect((await getValue(value.metricsEndpoints))["main-0"]).toContain(":9000/minio/metrics/v3");
    expect(await getValue(value.serviceIds)).toEqual({ main: "storage/store-main" });
    expect(value.members).toEqual(["store-main-0.store-peers", "store-main-1.store-peers"]);
    expect(value.caCertificate).toBeUndefined();
  });

  test.each([
    [{ ip: "198.51.100.9" }, "http://198.51.100.9:80"],
    [{ ip: "2001:db8::9" }, "http://[2001:db8::9]:80"],
    [{ hostname: "balancer.example" }, "http://balancer.example:80"],
  ])("at the load balancer %j", async (balancer, url) => {
    const status = { loadBalancer: { ingress: [balancer] } };
    const outputs = (type: string, name: string, inputs: Record<string, unknown>) => ({
      ...kubernetesOutputs(type, name, inputs),
      ...(name === "store-clients" && { status }),
    });
    const { value, find } = await made({ expose: true, port: 80, consolePort: 81 }, { outputs });
    expect(specOf(find("store-clients", "Service"))).toMatchObject({
      type: "LoadBalancer",
      ports: [
        { port: 80, targetPort: "s3" },
        { port: 81, targetPort: "console" },
      ],
    });
    expect(await getValue(value.endpoint)).toBe(url);
  });
});
