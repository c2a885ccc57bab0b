import { runProgram } from "../unit/harness.ts";
import { kubernetesOutputs } from "../unit/kubernetes-outputs.ts";
import type { Manifest } from "../../lab/kubernetes/api.ts";

/** Returns the manifests that a program creates, in order. */
export async function renderManifests(program: () => unknown): Promise<Manifest[]> {
  const { resources } = await runProgram(program, { outputs: kubernetesOutputs });
  return resources.flatMap(({ type, name, inputs }) => {
    if (!type.startsWith("kubernetes:")) return [];
    const { metadata } = kubernetesOutputs(type, name, inputs) as Pick<Manifest, "metadata">;
    return [{ ...(inputs as unknown as Manifest), metadata }];
  });
}
