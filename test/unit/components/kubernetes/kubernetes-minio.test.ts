import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { KubernetesMinio, type KubernetesMinioArgs } from "../../../../components/kubernetes/kubernetes-minio.ts";
import { DEFAULT_MINIO_IMAGE } from "../../../../core/default-images.ts";
import {
  listDependencies,
  isSecret,
  getErrorMessage,
  type RegisteredResource,
  runProgram,
  type ProgramRunOptions,
  getValue,
} from "../../harness.ts";
import { kubernetesOutputs } from "../../kubernetes-outputs.ts";

const IMAGE = `registry.example/silo:1@sha256:${"a".repeat(64)}`;

type StatefulSetSpec = pulumi.Unwrap<types.input.apps.v1.StatefulSetSpec>;

function store(args: Partial<KubernetesMinioArgs> = {}, name = "store"): KubernetesMinio {
  const drives = { d2: { size: "1Gi" }, d1: { size: "1Gi", storageClass: "local" } };
  return new KubernetesMinio(name, { namespace: "storage", pools: { main: { members: 4 } }, drives, ...args });
}

async function made(args: Partial<KubernetesMinioArgs> = {}, options: ProgramRunOptions = {}) {
  const { value, resources } = await runProgram(() => store(args), { outputs: kubernetesOutputs, ...options });
  const find = (name: string, kind: string) => {
    const found = resources.find((one) => one.name === name && one.type.endsWith(`:${kind}`));
    if (!found) throw new Error(`there is no ${kind} ${name}`);
    return found;
  };
  return { value, resources, find };
}

const specOf = <T>({ inputs }: RegisteredResource) => inputs["spec"] as T;

async function statefulSet(args: Partial<KubernetesMinioArgs> = {}, pool = "main") {
  const { find } = await made(args);
  const spec = specOf<StatefulSetSpec>(find(`store-${pool}`, "StatefulSet"));
  const pod = spec.template.spec!;
  const container = pod.containers[0]!;
  const variables = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value] as const));
  return { spec, pod, container, variables };
}

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

describe("a pool", () => {
  test("starts and restarts all members at once, and keeps its data", async () => {
    const { spec } = await statefulSet();
    expect(spec).toMatchObject({
      replicas: 4,
      serviceName: "store-peers",
      podManagementPolicy: "Parallel",
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
    expect(spec.template.metadata?.labels).toEqual(spec.selector.matchLabels);
  });

  test("has a claim for each drive, mounted at the path that MinIO uses", async () => {
    const { spec, container } = await statefulSet();
    const claims = spec.volumeClaimTemplates?.map(({ metadata, spec: claim }) => [
      metadata?.name,
      claim?.resources?.requests?.["storage"],
      claim?.storageClassName,
    ]);
    expect(claims).toEqual([
      ["d1", "1Gi", "local"],
      ["d2", "1Gi", undefined],
    ]);
    expect(container.volumeMounts?.slice(0, 2)).toEqual([
      { name: "d1", mountPath: "/drives/1" },
      { name: "d2", mountPath: "/drives/2" },
    ]);
  });

  test.each<[string, Partial<KubernetesMinioArgs>, string[]]>([
    ["several drives", {}, ["http://store-main-{0...3}.store-peers:9000/drives/{1...2}"]],
    [
      "one drive for each member",
      { pools: { main: { members: 16 } }, drives: { d1: { size: "1Gi" } } },
      ["http://store-main-{0...15}.store-peers:9000/drives/1"],
    ],
    ["one member", { pools: { main: { members: 1 } } }, ["/drives/{1...2}"]],
    [
      "several pools, in key order",
      {
        pools: {
          next: { members: 1, drives: { x: { size: "2Ti" }, y: { size: "2Ti" } } },
          main: { members: 4, drives: { d1: { size: "2Ti" } } },
        },
        environment: { MINIO_STORAGE_CLASS_STANDARD: "EC:1" },
      },
      [
        "http://store-main-{0...3}.store-peers:9000/drives/1",
        "http://store-next-{0...0}.store-peers:9000/drives/{1...2}",
      ],
    ],
  ])("passes its drives to MinIO: %s", async (_what, args, told) => {
    const { container } = await statefulSet(args);
    expect(container.args?.slice(5)).toEqual(told);
  });

  test("is spread over the nodes that accept pods", async () => {
    const { pod } = await statefulSet({ nodeSelector: { disks: "local" } });
    const hard = pod.topologySpreadConstraints?.filter(
      ({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule",
    );
    expect(hard).toMatchObject([{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", nodeTaintsPolicy: "Honor" }]);
    expect(hard?.[0]?.labelSelector?.matchLabels).toEqual({
      "app.kubernetes.io/name": "minio",
      "app.kubernetes.io/instance": "store",
    });
    expect(pod.nodeSelector).toEqual({ disks: "local" });
  });

  test("meets the restricted Pod Security Standard and has no access to the cluster's API", async () => {
    const { pod, container } = await statefulSet();
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    });
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  });

  test("has probes that check only the member itself", async () => {
    const { container } = await statefulSet();
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      expect(probe?.httpGet).toEqual({ path: "/minio/health/live", port: 9000, scheme: "HTTP" });
    }
  });

  test.each([
    [{ members: 4 }, 1],
    [{ members: 2 }, 0],
    [{ members: 1 }, 0],
    [{ members: 3 }, 1],
  ])("of %j tolerates %i voluntary disruptions", async (pool, away) => {
    const { find } = await made({ pools: { main: pool }, drives: { d1: { size: "1Gi" } } });
    expect(specOf(find("store-main", "PodDisruptionBudget"))).toMatchObject({
      maxUnavailable: away,
      selector: { matchLabels: { "pulumi-swarm.pool": "main" } },
    });
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

describe("rejects before it creates anything", () => {
  test.each<[string, Partial<KubernetesMinioArgs>, string]>([
    ["no pool", { pools: {} }, "pools {}: must have at least one pool"],
    [
      "a pool's key with a capital letter",
      { pools: { A: { members: 4 } } },
      'pools "A": a pool\'s key must be a lowercase DNS label',
    ],
    ["no members", { pools: { main: { members: 0 } } }, "pools.main.members 0: must be a whole number from 1 to 1000"],
    [
      "a fractional number of members",
      { pools: { main: { members: 1.5 } } },
      "pools.main.members 1.5: must be a whole number",
    ],
    [
      "members that do not form equal sets",
      { pools: { main: { members: 17 } } },
      "pools.main.members 17: MinIO cannot form equal erasure sets",
    ],
    ["no drives", { drives: {} }, "pools.main.drives {}: a member needs a drive"],
    ["a drive's key with a space", { drives: { "D 1": { size: "1Gi" } } }, 'drives "D 1": a drive\'s key must be'],
    ["a size without unit", { drives: { d1: { size: "100" } } }, 'drives.d1.size "100": must be a size with a unit'],
    [
      "an invalid drive of a pool",
      { pools: { main: { members: 4, drives: { d: { size: "0Gi" } } } } },
      'pools.main.drives.d.size "0Gi"',
    ],
    [
      "a single drive in a store with several pools",
      { pools: { a: { members: 1 }, b: { members: 4 } }, drives: { d: { size: "1Gi" } } },
      "pools.a.members",
    ],
    ["a name that begins with a digit", { serviceName: "1st" }, 'serviceName "1st": must be a lowercase DNS label'],
    ["a name that is too long", { serviceName: "s".repeat(50) }, "leads to the name"],
    [
      "a namespace that is not a DNS label",
      { namespace: "My Space" },
      'namespace "My Space": must be a lowercase DNS label',
    ],
    ["an image by id", { image: `sha256:${"b".repeat(64)}` }, "is an image id, which nodes cannot pull"],
    [
      "an image built by pulumi-swarm",
      { image: "localhost:1/pulumi-swarm/minio:2026-02-12-0123456789ab" },
      "is an image built by pulumi-swarm, which nodes cannot pull",
    ],
    ["an image without digest", { image: "pgsty/silo:1" }, 'image "pgsty/silo:1": has no digest'],
    [
      "an invalid root user",
      { rootUser: "minioadmin" },
      'rootUser "minioadmin": is the default of MinIO, which attackers try first',
    ],
    ["a short root password", { rootPassword: "short" }, 'rootPassword "(secret)": must be 8 to 128'],
    ["a port with nothing exposed", { port: 80 }, "port 80: has no meaning with expose: false"],
    ["the same port twice", { expose: true, port: 9001 }, "consolePort 9001: is the same as port"],
    ["too little memory", { memoryLimitMiB: 64 }, "memoryLimitMiB 64: must be a whole number of at least 256 MiB"],
    ["too short a timeout", { timeoutSeconds: 1 }, "timeoutSeconds 1: must be a whole number of at least 10 seconds"],
    ["a secret in the environment", { environment: { MINIO_ROOT_PASSWORD: "x" } }, 'environment "MINIO_ROOT_PASSWORD"'],
    [
      "a URL as a certificate's name",
      { tls: { names: ["https://s3.example.com"] } },
      'tls.names "https://s3.example.com"',
    ],
  ])("%s", async (_, args, line) => {
    const refusal = await getErrorMessage(() => store(args));
    expect(refusal).toMatch(/^KubernetesMinio "store": [^\n]*$/);
    expect(refusal).toContain(line);
  });

  test("a component name that cannot be a Secret's name", async () => {
    const line = await getErrorMessage(() => store({ serviceName: "objects" }, "My Store"));
    expect(line).toContain('name "My Store": must be a lowercase DNS label');
  });
});
