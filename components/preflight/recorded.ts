import * as pulumi from "@pulumi/pulumi";

/** As the Pulumi engine gives back a resource of a stack. */
interface RecordedResource {
  type?: string;
  outputs?: { id?: string };
}

/**
 * The ids of the networks in this stack's state. What is in the engine under this stack's labels and not among them is
 * what a killed `up` left behind.
 *
 * Undefined where the state cannot be had, as under Pulumi's mocks: then nothing is taken for a leftover.
 */
export function recordedNetworks(): pulumi.Output<string[] | undefined> {
  const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  // The engine's own function behind stack references, here for the stack that runs.
  const state = pulumi.runtime
    .invoke("pulumi:pulumi:readStackResourceOutputs", { stackName }, {})
    .then(({ outputs }: { outputs?: Record<string, RecordedResource> }) => outputs && networkIds(outputs))
    .catch(() => undefined);
  return pulumi.unsecret(pulumi.output(state));
}

function networkIds(resources: Record<string, RecordedResource>): string[] {
  return Object.values(resources).flatMap(({ type, outputs }) =>
    type === "docker:index/network:Network" && outputs?.id !== undefined ? [outputs.id] : [],
  );
}
