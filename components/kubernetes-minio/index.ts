export {
  type KubernetesDrive,
  KubernetesMinio,
  type KubernetesMinioArgs,
  type KubernetesPool,
} from "./kubernetes-minio.ts";
export { Cni, CNI_CHARTS, type CniArgs, type CniChart, type CniPlugin, type CniTransport } from "../cni/cni.ts";
export {
  type AddressCaller,
  type GuardedStore,
  MinioNetworkPolicy,
  type MinioNetworkPolicyArgs,
  type NetworkCaller,
  type PodCaller,
} from "../minio-network-policy/minio-network-policy.ts";
