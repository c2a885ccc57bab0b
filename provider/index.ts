/**
 * The resources' code, by kind. Pulumi's own process loads this module through the permanent address
 * `pulumi-swarm/provider`; nothing here needs the Pulumi SDK.
 */
import * as blueprint from "./state/launch-snapshot.ts";
import * as bucket from "./minio/bucket.ts";
import * as certificate from "./state/certificate.ts";
import * as cluster from "./swarm/cluster.ts";
import * as creationOwner from "./state/creation-owner.ts";
import * as forLife from "./state/immutable-values.ts";
import * as host from "./hosts/host.ts";
import * as hostFirewall from "./hosts/host-firewall.ts";
import * as hostKey from "./hosts/host-key.ts";
import * as identity from "./state/identity.ts";
import * as member from "./swarm/member.ts";
import * as networkPart from "./networks/config-only-network.ts";
import * as nodeSettings from "./swarm/node-settings.ts";
import * as predefinedNetwork from "./networks/predefined-network.ts";
import * as preflight from "./preflight/preflight.ts";
import * as rootCredentials from "./minio/root-credentials.ts";
import * as rootServiceAccounts from "./minio/root-service-accounts.ts";
import { toDynamicProvider } from "./runtime/serve-handler.ts";
import * as service from "./service/service.ts";
import * as sshHost from "./hosts/ssh-host.ts";
import * as sshSurvey from "./hosts/host-inspection.ts";
import * as sshSurveyed from "./hosts/inspection-barrier.ts";
import * as swarmNetwork from "./networks/config-from-network.ts";
import * as user from "./minio/user.ts";
import * as verdict from "./state/assertion.ts";

export const LaunchSnapshot = toDynamicProvider(blueprint.LaunchSnapshot);
export const Bucket = toDynamicProvider(bucket.Bucket);
export const Certificate = toDynamicProvider(certificate.Certificate);
export const Cluster = toDynamicProvider(cluster.Cluster);
export const CreationOwner = toDynamicProvider(creationOwner.CreationOwner);
export const ImmutableValues = toDynamicProvider(forLife.ImmutableValuesResource);
export const Host = toDynamicProvider(host.Host);
export const HostFirewall = toDynamicProvider(hostFirewall.HostFirewall);
export const HostKey = toDynamicProvider(hostKey.HostKey);
export const Identity = toDynamicProvider(identity.Identity);
export const Member = toDynamicProvider(member.Member);
export const ConfigOnlyNetwork = toDynamicProvider(networkPart.ConfigOnlyNetwork);
export const NodeSettings = toDynamicProvider(nodeSettings.NodeSettings);
export const PredefinedNetwork = toDynamicProvider(predefinedNetwork.PredefinedNetwork);
export const Preflight = toDynamicProvider(preflight.Preflight);
export const RootCredentials = toDynamicProvider(rootCredentials.RootCredentials);
export const RootServiceAccounts = toDynamicProvider(rootServiceAccounts.RootServiceAccounts);
export const Service = toDynamicProvider(service.Service);
export const SshHost = toDynamicProvider(sshHost.SshHost);
export const HostInspection = toDynamicProvider(sshSurvey.HostInspection);
export const InspectionBarrier = toDynamicProvider(sshSurveyed.InspectionBarrier);
export const ConfigFromNetwork = toDynamicProvider(swarmNetwork.ConfigFromNetwork);
export const User = toDynamicProvider(user.User);
export const Assertion = toDynamicProvider(verdict.Assertion);
