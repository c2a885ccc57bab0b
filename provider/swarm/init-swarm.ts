import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import type { SwarmInitRequest } from "../../engine/types.ts";
import { describeOwner, isOwned, ownerLabels } from "../../core/labels.ts";
import { DEFAULT_ADDRESS_POOLS, DEFAULT_SUBNET_SIZE } from "../../core/networks/address-pools.ts";
import type { ClusterInputs, ClusterState } from "./cluster-inputs.ts";
import { hasGatewayBridge } from "./swarm-inventory.ts";
import { ResourceError } from "../runtime/errors.ts";

/** The objects that this program created and therefore removes. */
export type Origin = Pick<ClusterState, "ownsSwarm" | "createdGatewayBridge">;

/**
 * Creates a Swarm on the first manager, or adopts the Swarm of the managers. Returns the engine of one of its managers.
 *
 * @throws ResourceError when the existing Swarm may not be adopted, or has no usable manager.
 */
export async function initOrAdopt(inputs: ClusterInputs): Promise<Origin & { engine: Engine }> {
  const nodes = await Promise.all(Object.values(inputs.managers).map(inspectNode));
  const inSwarm = nodes.filter(({ swarm }) => swarm.LocalNodeState !== "inactive");
  const existing = inSwarm.find(({ swarm }) => swarm.ControlAvailable) ?? inSwarm[0];
  return existing ? adoptSwarm(existing, inputs) : initSwarm(inputs);
}

async function inspectNode(connection: EngineConnection) {
  const engine = new Engine(connection);
  return { engine, host: connection.host, swarm: (await engine.info()).Swarm };
}

async function adoptSwarm(
  { engine, host, swarm }: Awaited<ReturnType<typeof inspectNode>>,
  { owner, adopt }: ClusterInputs,
): Promise<Origin & { engine: Engine }> {
  if (!swarm.ControlAvailable) throw new ResourceError(notAManagerError(host, swarm.LocalNodeState));
  const { Labels } = (await engine.inspectSwarm()).Spec;
  const ownsSwarm = isOwned(Labels, owner);
  if (ownsSwarm || adopt) return { engine, ownsSwarm, createdGatewayBridge: false };
  throw new ResourceError(
    `adopt false: the engine at ${host} is a manager of the Swarm ${swarm.Cluster?.ID ?? ""}, which belongs to ` +
      `${describeOwner(Labels)}: use the state that created it, or set adopt: true`,
  );
}

function notAManagerError(host: string, state: string): string {
  if (state === "locked") return `the engine at ${host} is a locked manager: run \`docker swarm unlock\` there first`;
  return `the engine at ${host} is in a Swarm (${state}) but not a manager of it: leave it with \`docker swarm leave\``;
}

async function initSwarm(inputs: ClusterInputs): Promise<Origin & { engine: Engine }> {
  const { firstManager, managers } = inputs;
  const keys = Object.keys(managers).join(", ");
  if (!firstManager) {
    throw new ResourceError(
      `the hosts ${keys} are in no Swarm, and an imported Swarm is never created: ` +
        "declare a Swarm component instead, or run `docker swarm init`",
    );
  }
  const connection = managers[firstManager.hostKey];
  if (!connection) {
    throw new ResourceError(`first manager "${firstManager.hostKey}": must be one of the managers ${keys}`);
  }
  const engine = new Engine(connection);
  const createdGatewayBridge = !(await hasGatewayBridge(engine));
  await engine.initSwarm(toInitRequest({ ...inputs, firstManager }));
  return { engine, ownsSwarm: true, createdGatewayBridge };
}

/** Returns the request that creates a Swarm. */
export function toInitRequest(
  inputs: Omit<ClusterInputs, "managers"> & Required<Pick<ClusterInputs, "firstManager">>,
): SwarmInitRequest {
  const { firstManager, owner, addressPools, subnetSize, dataPathPort } = inputs;
  // The Engine ignores a subnet size without pools. Pools without a size leave its allocator without one to start with.
  const hasPools = addressPools !== undefined || subnetSize !== undefined;
  return {
    ListenAddr: firstManager.listenAddress,
    AdvertiseAddr: firstManager.advertiseAddress,
    DataPathAddr: firstManager.dataPathAddress,
    DataPathPort: dataPathPort,
    ...(hasPools && {
      DefaultAddrPool: addressPools ?? DEFAULT_ADDRESS_POOLS,
      SubnetSize: subnetSize ?? DEFAULT_SUBNET_SIZE,
    }),
    Spec: { Name: "default", Labels: ownerLabels(owner) },
  };
}
