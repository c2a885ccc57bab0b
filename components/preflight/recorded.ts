import * as pulumi from "@pulumi/pulumi";

/** As the Pulumi engine gives back a resource of a stack. */
interface RecordedResource {
  type?: string;
  outputs?: Record<string, unknown>;
}

/**
 * What the resources of this stack had given out when the run began, by URN. Undefined where the state cannot be had,
 * as under Pulumi's mocks.
 */
export function recordedOutputs(): pulumi.Output<Record<string, RecordedResource> | undefined> {
  const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  // The engine's own function behind stack references, here for the stack that runs.
  const state = pulumi.runtime
    .invoke("pulumi:pulumi:readStackResourceOutputs", { stackName }, {})
    .then(({ outputs }: { outputs?: Record<string, RecordedResource> }) => outputs)
    .catch(() => undefined);
  return pulumi.unsecret(pulumi.output(state));
}

/**
 * The ids of the networks in this stack's state. What is in the engine under this stack's labels and not among them is
 * what a killed `up` left behind.
 *
 * Undefined where the state cannot be had: then nothing is taken for a leftover.
 */
export function recordedNetworks(): pulumi.Output<string[] | undefined> {
  return recordedOutputs().apply((outputs) => outputs && networkIds(outputs));
}

/** Whether this stack's state holds the key with which locked managers of its Swarm are unlocked. */
export function recordedUnlockKey(): pulumi.Output<boolean> {
  return recordedOutputs().apply((outputs) =>
    Object.values(outputs ?? {}).some(({ type, outputs: own }) => type === CLUSTER && Boolean(own?.["unlockKey"])),
  );
}

const CLUSTER = "pulumi-nodejs:dynamic/swarm:Cluster";

/** The output that tells a network's id, by the type of resource that makes one. */
const NETWORK_IDS: Record<string, string> = {
  "docker:index/network:Network": "id",
  "pulumi-nodejs:dynamic/swarm:SwarmNetwork": "networkId",
};

function networkIds(resources: Record<string, RecordedResource>): string[] {
  return Object.values(resources).flatMap(({ type, outputs }) => {
    const id = outputs?.[NETWORK_IDS[type ?? ""] ?? ""];
    return typeof id === "string" ? [id] : [];
  });
}
