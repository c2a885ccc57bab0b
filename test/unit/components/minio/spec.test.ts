import { describe, expect, test } from "vitest";
import type { Host } from "../../../../components/hosts/host.ts";
import type { Drive } from "../../../../core/drive.ts";
import { planStore } from "../../../../components/minio/layout/plan.ts";
import { formatPoolsFile } from "../../../../components/minio/layout/pool-config.ts";
import { probeCommands } from "../../../../components/minio/spec/probes.ts";
import { immutableForService } from "../../../../components/minio/layout/immutable-settings.ts";
import { CLUSTER_WIDE_FIELDS, serviceSpec, type StoreContext } from "../../../../components/minio/spec/spec.ts";
import { fakeHost } from "../../harness.ts";

const byKey = (...hosts: Host[]) => Object.fromEntries(hosts.map((host) => [host.key, host]));

function storeOn(hosts: Record<string, Host>, args: Parameters<typeof planStore>[0] = {}): StoreContext {
  return {
    plan: planStore(args, "store", hosts),
    image: "image",
    tools: "mc",
    networkIds: ["network-1"],
    secrets: {
      rootUser: { id: "s1", name: "user-1" },
      rootPassword: { id: "s2", name: "password-1" },
      mcHostConfig: { id: "s3", name: "aliases-1" },
    },
    ownerLabels: { owner: "me" },
  };
}

interface PlainSpec {
  Name: string;
  Mode: unknown;
  TaskTemplate: {
    ContainerSpec: Record<string, unknown> & { Env: string[]; Args: string[]; Mounts: unknown[] };
    Placement: unknown;
  };
  EndpointSpec: unknown;
}

function specs(store: StoreContext): PlainSpec[] {
  return store.plan.services.map((service) => serviceSpec(store, service) as unknown as PlainSpec);
}

const container = (store: StoreContext) => specs(store)[0]!.TaskTemplate.ContainerSpec;

test("one host: passes local paths as arguments", () => {
  const { Args, Hostname } = container(storeOn(byKey(fakeHost("a"))));
  expect(Args).toEqual(["server", "--address", ":9000", "--console-address", ":9001", "/drives/d1", "/drives/d2"]);
  expect(Hostname).toBe("store-{{.Node.Hostname}}");
});

test("several hosts: creates one service with the same arguments for all", () => {
  const [only, ...more] = specs(storeOn(byKey(fakeHost("b"), fakeHost("a"))));
  expect(more).toEqual([]);
  expect(only!.Name).toBe("store-main");
  expect(only!.Mode).toEqual({ Global: {} });
  expect(only!.TaskTemplate.Placement).toEqual({ Constraints: ["node.labels.pulumi-swarm.minio.store-main==member"] });
  expect(only!.TaskTemplate.ContainerSpec.Args.slice(5)).toEqual([
    "http://store-a:9000/drives/d1",
    "http://store-b:9000/drives/d1",
    "http://store-a:9000/drives/d2",
    "http://store-b:9000/drives/d2",
  ]);
});

test("replicated mode: pins a service to each host, and forms one cluster", () => {
  const all = specs(
    storeOn(byKey(fakeHost("b", undefined, "beta"), fakeHost("a", undefined, "alpha")), { mode: "replicated" }),
  );
  expect(all.map(({ Name }) => Name)).toEqual(["store-main-a", "store-main-b"]);
  expect(all.map(({ TaskTemplate }) => TaskTemplate.ContainerSpec["Hostname"])).toEqual(["store-alpha", "store-beta"]);
  expect(all.map(({ TaskTemplate }) => TaskTemplate.Placement)).toEqual([
    { Constraints: ["node.labels.pulumi-swarm.minio.store-main==member", "node.hostname==alpha"] },
    { Constraints: ["node.labels.pulumi-swarm.minio.store-main==member", "node.hostname==beta"] },
  ]);
  expect(all[0]!.TaskTemplate.ContainerSpec.Args).toEqual(all[1]!.TaskTemplate.ContainerSpec.Args);
});

describe("several pools", () => {
  const hosts = byKey(...["a", "b", "c", "d"].map((key) => fakeHost(key)));
  const pools = { more: { hosts: ["d"] }, main: { hosts: ["b", "a"] } };
  const store = (args: Parameters<typeof planStore>[0] = {}) => ({
    ...storeOn(hosts, { pools, ...args }),
    poolsConfig: { id: "c1", name: "pools-1" },
  });

  test("have a service each, on their own hosts, and share a file of pools", () => {
    const all = specs(store());
    expect(all.map(({ Name }) => Name)).toEqual(["store-main", "store-more"]);
    expect(all.map(({ TaskTemplate }) => TaskTemplate.Placement)).toEqual([
      { Constraints: ["node.labels.pulumi-swarm.minio.store-main==member"] },
      { Constraints: ["node.labels.pulumi-swarm.minio.store-more==member"] },
    ]);
    for (const { TaskTemplate } of all) {
      expect(TaskTemplate.ContainerSpec.Args.slice(5)).toEqual(["--config", "/etc/minio-pools.yaml"]);
      expect(TaskTemplate.ContainerSpec["Configs"]).toEqual([
        {
          ConfigID: "c1",
          ConfigName: "pools-1",
          File: { Name: "/etc/minio-pools.yaml", UID: "0", GID: "0", Mode: 0o444 },
        },
      ]);
    }
  });

  test("have a service for each host in replicated mode, pool by pool", () => {
    expect(specs(store({ mode: "replicated" })).map(({ Name }) => Name)).toEqual([
      "store-main-a",
      "store-main-b",
      "store-more-d",
    ]);
  });

  test("the file lists all drives by the pools' keys, as URLs even for a pool with one host", () => {
    const known = store().plan.pools.map(({ layout }) => ({ ...layout, endpoints: layout.endpoints.map(String) }));
    expect(JSON.parse(formatPoolsFile(known))).toEqual({
      version: "v2",
      pools: [
        {
          args: [
            "http://store-a:9000/drives/d1",
            "http://store-b:9000/drives/d1",
            "http://store-a:9000/drives/d2",
            "http://store-b:9000/drives/d2",
          ],
          "set-drive-count": 4,
        },
        { args: ["http://store-d:9000/drives/d1", "http://store-d:9000/drives/d2"], "set-drive-count": 2 },
      ],
    });
  });

  test("set the size of erasure sets in the file, not in a variable", () => {
    const drives = Object.fromEntries(["1", "2", "3", "4", "5"].map((key) => [key, {}]));
    const many = byKey(...["a", "b", "c", "d", "e"].map((key) => fakeHost(key, drives)));
    const two = { pools: { main: { hosts: ["a", "b", "c", "d"] }, more: { hosts: ["e"] } } };
    expect(container(storeOn(many, two)).Env.join()).not.toContain("MINIO_ERASURE_SET_DRIVE_COUNT");
  });

  test("depend only on their own hosts' immutable values", () => {
    const { plan } = store();
    expect(plan.services.map((service) => Object.keys(immutableForService(plan, service)))).toEqual([
      ["serviceName", "pools.main.hosts", "host.drives"],
      ["serviceName", "pools.more.hosts", "host.drives"],
    ]);
  });
});

test("one pool is passed as arguments, without a file", () => {
  const { Args, Configs } = container(storeOn(byKey(fakeHost("a"), fakeHost("b"))));
  expect(Args).not.toContain("--config");
  expect(Configs).toBeUndefined();
});

test("drivesPerHost uses the first drives by key", () => {
  const drives = { d1: {}, d2: {}, d3: {}, d4: {} };
  const hosts = byKey(fakeHost("a", drives), fakeHost("b", { d1: {}, d2: {} }));
  const store = storeOn(hosts, { pools: { main: { hosts: ["a", "b"], drivesPerHost: 2 } } });
  expect(container(store).Mounts.map((mount) => (mount as { Target: string }).Target)).toEqual([
    "/drives/d1",
    "/drives/d2",
    "/tmp",
  ]);
  expect(immutableForService(store.plan, store.plan.services[0]!)["host.drives"]!.value).toEqual({
    a: { d1: "volume", d2: "volume" },
    b: { d1: "volume", d2: "volume" },
  });
});

describe("drives", () => {
  const mounts = (drives: Record<string, Drive>) => container(storeOn(byKey(fakeHost("a", drives)))).Mounts;

  test("creates labelled volumes on the node", () => {
    expect(mounts({ d1: {} })[0]).toEqual({
      Type: "volume",
      Source: "store-d1",
      Target: "/drives/d1",
      VolumeOptions: { NoCopy: true, Labels: { owner: "me", "pulumi-swarm.drive": "d1" } },
    });
  });

  test("mounts the folder of a disk", () => {
    expect(mounts({ d1: { path: "/mnt/disk1" } })[0]).toEqual({
      Type: "bind",
      Source: "/mnt/disk1/minio",
      Target: "/drives/d1",
    });
  });

  test("mounts /tmp, as the root file system is read-only", () => {
    const { Mounts, ReadOnly } = container(storeOn(byKey(fakeHost("a"))));
    expect(ReadOnly).toBe(true);
    expect(Mounts.at(-1)).toMatchObject({ Type: "tmpfs", Target: "/tmp" });
  });
});

describe("environment", () => {
  const wanted = [
    "HOME=/tmp",
    "MC_CONFIG_DIR=/tmp/.mc",
    "MC_CONFIG_ENV_FILE=/run/secrets/mc-host-config",
    "MINIO_ROOT_PASSWORD_FILE=/run/secrets/root-password",
    "MINIO_ROOT_USER_FILE=/run/secrets/root-user",
  ];

  test("refers to secrets by file, in sorted order", () => {
    expect(container(storeOn(byKey(fakeHost("a")))).Env).toEqual(wanted);
  });

  test("contains the set size if there are several sets", () => {
    const drives = Object.fromEntries(["1", "2", "3", "4", "5"].map((key) => [key, {}]));
    const hosts = byKey(...["a", "b", "c", "d"].map((key) => fakeHost(key, drives)));
    expect(container(storeOn(hosts)).Env).toContain("MINIO_ERASURE_SET_DRIVE_COUNT=4");
  });
});

test("mounts secrets as files that only the container's user can read", () => {
  expect(container(storeOn(byKey(fakeHost("a"))))["Secrets"]).toEqual([
    { SecretID: "s1", SecretName: "user-1", File: { Name: "root-user", UID: "0", GID: "0", Mode: 0o400 } },
    { SecretID: "s2", SecretName: "password-1", File: { Name: "root-password", UID: "0", GID: "0", Mode: 0o400 } },
    { SecretID: "s3", SecretName: "aliases-1", File: { Name: "mc-host-config", UID: "0", GID: "0", Mode: 0o400 } },
  ]);
});

test("publishes ports on the hosts, or not at all", () => {
  const hosts = byKey(fakeHost("a"));
  expect(specs(storeOn(hosts, { port: 80 }))[0]!.EndpointSpec).toEqual({
    Mode: "dnsrr",
    Ports: [
      { Protocol: "tcp", TargetPort: 9000, PublishedPort: 80, PublishMode: "host" },
      { Protocol: "tcp", TargetPort: 9001, PublishedPort: 9001, PublishMode: "host" },
    ],
  });
  expect(specs(storeOn(hosts, { expose: false }))[0]!.EndpointSpec).toEqual({ Mode: "dnsrr", Ports: [] });
});

test("has no health check that would delay DNS, and runs commands without a shell", () => {
  expect(container(storeOn(byKey(fakeHost("a"))))["Healthcheck"]).toEqual({ Test: ["NONE"] });
  expect(probeCommands("silo")).toEqual({
    ready: ["silo", "healthcheck", "--address", ":9000", "cluster"],
    maintenance: ["silo", "healthcheck", "--address", ":9000", "--maintenance", "cluster"],
    locks: ["mcli", "support", "top", "locks", "local", "--dev", "--count", "1000", "--json"],
  });
});

test("limits DNS timeouts for peers without a name yet", () => {
  expect(container(storeOn(byKey(fakeHost("a"))))["DNSConfig"]).toEqual({ Options: ["timeout:1", "attempts:1"] });
});

test("lists the fields that restart all members together", () => {
  expect(CLUSTER_WIDE_FIELDS.map((path) => path.split(".").at(-1))).toEqual([
    "Image",
    "Args",
    "Env:MINIO_",
    "Hostname",
    "Secrets",
    "Configs",
    "Networks[0]",
  ]);
});

test("records the values that a formed store depends on", () => {
  const hosts = byKey(fakeHost("b", { d1: { path: "/mnt/1" } }), fakeHost("a", { d1: { path: "/mnt/1" } }));
  const plan = planStore({}, "store", hosts);
  const immutable = immutableForService(plan, plan.services[0]!);
  expect(Object.fromEntries(Object.entries(immutable).map(([name, { value }]) => [name, value]))).toEqual({
    serviceName: "store",
    "pools.main.hosts": ["a", "b"],
    "host.drives": { a: { d1: "/mnt/1/minio" }, b: { d1: "/mnt/1/minio" } },
  });
});
