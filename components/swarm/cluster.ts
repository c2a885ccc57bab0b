import * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { Host } from "../hosts/host.ts";
import { SwarmResource } from "../shared/resource.ts";
import type { OwnerInput } from "../shared/owner.ts";
import type { SwarmArgs } from "./args.ts";
import { swarmAddress } from "../../core/swarm-address.ts";

type Settings = Pick<
  SwarmArgs,
  | "addressPools"
  | "subnetSize"
  | "dataPathPort"
  | "autolock"
  | "certificateExpiryDays"
  | "taskHistoryLimit"
  | "joinTokenGeneration"
>;

export interface ClusterArgs extends Settings {
  /** Hosts of the managers. */
  hosts: Host[];
  managers: Record<string, pulumi.Output<EngineConnection>>;
  owner: OwnerInput;
  adopt: boolean;
  allowOutage: boolean;
  /** Whether the Swarm has only one host. */
  singleHost: boolean;
}

/** The Swarm itself, apart from its members. */
export class Cluster extends SwarmResource {
  declare readonly joinTokens: pulumi.Output<{ worker: string; manager: string }>;
  declare readonly unlockKey: pulumi.Output<string>;
  /** Whether this program created the Swarm. */
  declare readonly ownsSwarm: pulumi.Output<boolean>;
  /** Whether docker_gwbridge, Docker's bridge for Swarm tasks, was created with the Swarm. */
  declare readonly createdGatewayBridge: pulumi.Output<boolean>;

  constructor(name: string, args: ClusterArgs, opts: pulumi.CustomResourceOptions) {
    const { hosts, singleHost, managers, owner, adopt, allowOutage } = args;
    const [first] = [...hosts].sort((a, b) => (a.key < b.key ? -1 : 1));
    if (!first) throw new Error("a Swarm needs at least one manager");
    const { addressPools, subnetSize, dataPathPort, autolock, certificateExpiryDays, taskHistoryLimit } = args;
    const { joinTokenGeneration } = args;
    const { privateAddress, dataPathAddress } = first;
    super(
      "Cluster",
      name,
      {
        managers,
        owner,
        firstManager: {
          hostKey: first.key,
          advertiseAddress: privateAddress,
          listenAddress: privateAddress.apply(swarmAddress),
          dataPathAddress,
        },
        singleHost,
        ...{ addressPools, subnetSize, dataPathPort, autolock, certificateExpiryDays, taskHistoryLimit },
        joinTokenGeneration,
        adopt,
        allowOutage,
        swarmId: undefined,
        ownsSwarm: undefined,
        createdGatewayBridge: undefined,
        creationSettings: undefined,
        joinTokens: undefined,
        unlockKey: undefined,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["joinTokens", "unlockKey"] }),
    );
  }
}
