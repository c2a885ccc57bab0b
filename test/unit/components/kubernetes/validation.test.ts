import { describe, expect, test } from "vitest";
import type { KubernetesMinioArgs } from "../../../../components/kubernetes/kubernetes-minio.ts";
import { getErrorMessage } from "../../harness.ts";
import { store } from "./store.ts";

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
