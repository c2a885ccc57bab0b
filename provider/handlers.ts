import { HostFirewall } from "./hosts/host-firewall.ts";
import { HostInspection } from "./hosts/host-inspection.ts";
import { HostKey } from "./hosts/host-key.ts";
import { Machine } from "./hosts/machine.ts";
import { Bucket } from "./minio/bucket.ts";
import { RootCredentials } from "./minio/root-credentials.ts";
import { RootServiceAccounts } from "./minio/root-service-accounts.ts";
import { ServerUrlCheck } from "./minio/server-url-check.ts";
import { User } from "./minio/user.ts";
import { ConfigFromNetwork } from "./networks/config-from-network.ts";
import { ConfigOnlyNetwork } from "./networks/config-only-network.ts";
import { Network } from "./networks/network.ts";
import { NetworkAllocation } from "./networks/network-allocation.ts";
import { PredefinedNetwork } from "./networks/predefined-network.ts";
import { Preflight } from "./preflight/preflight.ts";
import { Service } from "./service/service.ts";
import { Assertion } from "./state/assertion.ts";
import { Certificate } from "./state/certificate.ts";
import { CreationOwner } from "./state/creation-owner.ts";
import { Identity } from "./state/identity.ts";
import { ImmutableValuesResource } from "./state/immutable-values.ts";
import { LaunchSnapshot } from "./state/launch-snapshot.ts";
import { Cluster } from "./swarm/cluster.ts";
import { Member } from "./swarm/member.ts";
import { NodeLabels } from "./swarm/node-labels.ts";
import type { Handlers } from "./rpc/resource-server.ts";

/** The create, read, update and delete of every kind of resource. */
export const handlers: Handlers = {
  Assertion,
  Bucket,
  Certificate,
  Cluster,
  ConfigFromNetwork,
  ConfigOnlyNetwork,
  CreationOwner,
  HostFirewall,
  HostInspection,
  HostKey,
  Identity,
  ImmutableValues: ImmutableValuesResource,
  LaunchSnapshot,
  Machine,
  Member,
  Network,
  NetworkAllocation,
  NodeLabels,
  PredefinedNetwork,
  Preflight,
  RootCredentials,
  RootServiceAccounts,
  ServerUrlCheck,
  Service,
  User,
};
