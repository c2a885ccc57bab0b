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
 * Returns the ids of the Swarm, networks and services in this stack's state. A network with this state's identity that
 * is not among them was left behind by a killed `up`.
 *
 * Undefined where the state cannot be read: then nothing counts as left behind.
 */
export function recordedIds(): pulumi.Output<string[] | undefined> {
  return recordedOutputs().apply((outputs) => outputs && idsIn(outputs));
}

/** Whether this stack's state holds the key with which locked managers of its Swarm are unlocked. */
export function recordedUnlockKey(): pulumi.Output<boolean> {
  return recordedOutputs().apply((outputs) =>
    Object.values(outputs ?? {}).some(({ type, outputs: own }) => type === CLUSTER && Boolean(own?.["unlockKey"])),
  );
}

const CLUSTER = "swarm:index:Cluster";

/** The output that holds an object's id in the engine, by the type of resource that creates it. */
const ID_OUTPUTS: Record<string, string> = {
  "docker:index/network:Network": "id",
  "swarm:index:ConfigFromNetwork": "networkId",
  "swarm:index:ConfigOnlyNetwork": "networkId",
  "swarm:index:Service": "serviceId",
  [CLUSTER]: "swarmId",
};

function idsIn(resources: Record<string, RecordedResource>): string[] {
  return Object.values(resources).flatMap(({ type, outputs }) => {
    const id = outputs?.[ID_OUTPUTS[type ?? ""] ?? ""];
    return typeof id === "string" ? [id] : [];
  });
}
