export { BridgeNetwork, type BridgeNetworkArgs } from "./networks/bridge/bridge-network.ts";
export type { EngineConnection } from "../engine/engine-connection.ts";
export type { NodeAvailability, NodeRole, ServiceSpec } from "../engine/types.ts";
export { type AllowFrom, Firewall, type FirewallArgs } from "./firewall/firewall.ts";
export type { Drive } from "../core/drive.ts";
export { Host } from "./hosts/host.ts";
export { HostNetwork, type HostNetworkArgs } from "./networks/host-network.ts";
export type { EngineTls } from "./hosts/engine-tls.ts";
export { SshHosts } from "./hosts/ssh-hosts.ts";
export type { EngineSource } from "../core/engine-source.ts";
export type {
  HostArgs,
  SshArgs,
  SshConnectionArgs,
  SshHostArgs,
  SshHostDefaults,
  SshHostsArgs,
} from "./hosts/host-args.ts";
export { IpvlanNetwork, type IpvlanMode, type IpvlanNetworkArgs } from "./networks/ipvlan-network.ts";
export { MacvlanNetwork, type MacvlanMode, type MacvlanNetworkArgs } from "./networks/macvlan-network.ts";
export type { BucketLifecycleRule } from "../core/bucket-lifecycle.ts";
export { MinioBucket, type MinioBucketArgs } from "./minio/iam/bucket.ts";
export type { KmsKey } from "./minio/security/args.ts";
export { MINIO_METRICS, type MinioMetrics } from "./minio/iam/metrics-access.ts";
export { type MinioMode, type MinioPool, MinioService, type MinioServiceArgs } from "./minio/minio-service.ts";
export type { HealthcheckClient } from "./minio/spec/probes.ts";
export { BUCKET_ACCESS, type BucketAccess } from "./minio/iam/policy.ts";
export type { MinioTls } from "./minio/security/tls.ts";
export { MinioUser, type MinioUserArgs } from "./minio/iam/user.ts";
export type { HostLink } from "./networks/node-network/args.ts";
export type { NetworkDriver } from "./networks/node-network/data-network.ts";
export type { SwarmNetwork } from "./networks/network.ts";
export type { Transform } from "./shared/transform.ts";
export type { NodeDriver } from "./networks/node-network/spec.ts";
export {
  OverlayNetwork,
  type OverlayNetworkArgs,
  type OverlayNetworkTransform,
} from "./networks/overlay/overlay-network.ts";
export { type GatewayTls, S3Gateway, type S3GatewayArgs } from "./gateway/s3-gateway.ts";
export type { ImmutableValue } from "../core/immutable-value.ts";
export type { LockOptions, Rollout, RolloutMode, SettingsValidation } from "../core/service-update.ts";
export type { RegistryCredentials } from "./service/registry-credentials.ts";
export type { SwarmServiceArgs } from "./service/args.ts";
export type { ServiceTransform, ServiceTransformArgs } from "./service/service.ts";
export type { Placement } from "./service/task-settings.ts";
export { SwarmService } from "./service/swarm-service.ts";
export type { SwarmArgs } from "./swarm/args.ts";
export { NodeSettings, type NodeSettingsArgs } from "./swarm/node-settings.ts";
export { Swarm } from "./swarm/swarm.ts";
export type { SwarmNode, SwarmReference } from "./swarm/swarm-reference.ts";
