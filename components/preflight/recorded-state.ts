import * as pulumi from "@pulumi/pulumi";

/** A resource of a stack, as the Pulumi engine returns it. */
interface RecordedResource {
  type?: string;
  outputs?: Record<string, unknown>;
}

/**
 * Returns the stack's resources as recorded at the start of the run, by URN. Undefined if the state cannot be read, as
 * under Pulumi's mocks.
 */
export function recordedOutputs(): pulumi.Output<Record<string, RecordedResource> | undefined> {
  const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  // The engine's function behind stack references, called for the current stack.
  const state = pulumi.runtime
    .invoke("pulumi:pulumi:readStackResourceOutputs", { stackName }, {})
    .then(({ outputs }: { outputs?: Record<string, RecordedResource> }) => outputs)
    .catch(() => undefined);
  return pulumi.unsecret(pulumi.output(state));
}

/**
 * Returns the ids of the Swarm, networks and services in this stack's state. A network with this state's identity that
 * is not among them is orphaned: a killed `up` created it.
 *
 * Undefined if the state cannot be read; no network then counts as orphaned.
 */
export function recordedIds(): pulumi.Output<string[] | undefined> {
  return recordedOutputs().apply((outputs) => outputs && idsIn(outputs));
}

/** Whether this stack's state holds the key that unlocks its Swarm's managers. */
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
