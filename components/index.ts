export { BridgeNetwork, type BridgeNetworkArgs } from "./bridge-network/bridge-network.ts";
export type { EngineConnection } from "./engine/connection.ts";
export type { NodeAvailability, NodeRole, ServiceSpec } from "./engine/types.ts";
export { type AllowFrom, Firewall, type FirewallArgs } from "./firewall/firewall.ts";
export type { Drive, Host } from "./host/host.ts";
export { HostNetwork, type HostNetworkArgs } from "./host-network/host-network.ts";
export type { EngineTls } from "./host/engine-tls.ts";
export { LocalHost, type LocalHostArgs } from "./host/local-host.ts";
export { SshHosts } from "./host/ssh-hosts.ts";
export type { EngineSource } from "./host/engine-package.ts";
export type { SshHostArgs, SshHostsArgs, SshWay } from "./host/ssh-hosts-args.ts";
export { IpvlanNetwork, type IpvlanMode, type IpvlanNetworkArgs } from "./ipvlan-network/ipvlan-network.ts";
export { MacvlanNetwork, type MacvlanMode, type MacvlanNetworkArgs } from "./macvlan-network/macvlan-network.ts";
export { MinioBucket, type MinioBucketArgs } from "./minio-service/bucket.ts";
export type { KmsKey } from "./minio-service/kms-key.ts";
export { MINIO_METRICS, type MinioMetrics } from "./minio-service/metrics.ts";
export { type MinioMode, type MinioPool, MinioService, type MinioServiceArgs } from "./minio-service/minio-service.ts";
export type { ProbeTools } from "./minio-service/probes.ts";
export { BUCKET_ACCESS, type BucketAccess } from "./minio-service/policy.ts";
export type { GivenCertificate, MinioTls, OwnCertificates } from "./minio-service/tls.ts";
export type { ReachableStore, StoreReach } from "./minio-service/store-reach.ts";
export { MinioUser, type MinioUserArgs } from "./minio-service/user.ts";
export type { HostLink } from "./node-network/args.ts";
export type { DataNetwork, NetworkDriver } from "./node-network/data-network.ts";
export type { NodeDriver } from "./node-network/spec.ts";
export { OverlayNetwork, type OverlayNetworkArgs } from "./overlay-network/overlay-network.ts";
export {
  type GatewayNetwork,
  type GatewayStore,
  type GatewayTls,
  S3Gateway,
  type S3GatewayArgs,
} from "./s3-gateway/s3-gateway.ts";
export type { FrozenValue, SwarmServiceArgs } from "./swarm-service/args.ts";
export type { Rollout } from "./swarm-service/rollout.ts";
export type { SettingsValidation } from "./swarm-service/settings-validation.ts";
export { SwarmService } from "./swarm-service/swarm-service.ts";
export type { SwarmArgs } from "./swarm/args.ts";
export { NodeSettings, type NodeSettingsArgs } from "./swarm/node-settings.ts";
export { Swarm, type SwarmNode } from "./swarm/swarm.ts";
