import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { KubernetesMinio, type KubernetesMinioArgs } from "../../../../components/kubernetes/kubernetes-minio.ts";
import { type RegisteredResource, runProgram, type ProgramRunOptions } from "../../harness.ts";
import { kubernetesOutputs } from "../../kubernetes-outputs.ts";

type StatefulSetSpec = pulumi.Unwrap<types.input.apps.v1.StatefulSetSpec>;

export function store(args: Partial<KubernetesMinioArgs> = {}, name = "store"): KubernetesMinio {
  const drives = { d2: { size: "1Gi" }, d1: { size: "1Gi", storageClass: "local" } };
  return new KubernetesMinio(name, { namespace: "storage", pools: { main: { members: 4 } }, drives, ...args });
}

export async function made(args: Partial<KubernetesMinioArgs> = {}, options: ProgramRunOptions = {}) {
  const { value, resources } = await runProgram(() => store(args), { outputs: kubernetesOutputs, ...options });
  const find = (name: string, kind: string) => {
    const found = resources.find((one) => one.name === name && one.type.endsWith(`:${kind}`));
    if (!found) throw new Error(`there is no ${kind} ${name}`);
    return found;
  };
  return { value, resources, find };
}

export const specOf = <T>({ inputs }: RegisteredResource) => inputs["spec"] as T;

export async function statefulSet(args: Partial<KubernetesMinioArgs> = {}, pool = "main") {
  const { find } = await made(args);
  const spec = specOf<StatefulSetSpec>(find(`store-${pool}`, "StatefulSet"));
  const pod = spec.template.spec!;
  const container = pod.containers[0]!;
  const variables = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value] as const));
  return { spec, pod, container, variables };
}
