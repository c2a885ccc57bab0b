import { describe, expect, test } from "vitest";
import type { KubernetesMinioArgs } from "../../../../components/kubernetes/kubernetes-minio.ts";
import { made, specOf, statefulSet } from "./store.ts";

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
