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
import * as host from "./hosts/local-host.ts";
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
import { served } from "./runtime/serve-handler.ts";
import * as service from "./service/service.ts";
import * as sshHost from "./hosts/ssh-host.ts";
import * as sshSurvey from "./hosts/host-inspection.ts";
import * as sshSurveyed from "./hosts/inspection-barrier.ts";
import * as swarmNetwork from "./networks/config-from-network.ts";
import * as user from "./minio/user.ts";
import * as verdict from "./state/assertion.ts";

export const Blueprint = served(blueprint.Blueprint);
export const Bucket = served(bucket.Bucket);
export const Certificate = served(certificate.Certificate);
export const Cluster = served(cluster.Cluster);
export const CreationOwner = served(creationOwner.CreationOwner);
export const ForLife = served(forLife.ForLife);
export const Host = served(host.Host);
export const HostFirewall = served(hostFirewall.HostFirewall);
export const HostKey = served(hostKey.HostKey);
export const Identity = served(identity.Identity);
export const Member = served(member.Member);
export const NetworkPart = served(networkPart.NetworkPart);
export const NodeSettings = served(nodeSettings.NodeSettings);
export const PredefinedNetwork = served(predefinedNetwork.PredefinedNetwork);
export const Preflight = served(preflight.Preflight);
export const RootCredentials = served(rootCredentials.RootCredentials);
export const RootServiceAccounts = served(rootServiceAccounts.RootServiceAccounts);
export const Service = served(service.Service);
export const SshHost = served(sshHost.SshHost);
export const SshSurvey = served(sshSurvey.SshSurvey);
export const SshSurveyed = served(sshSurveyed.SshSurveyed);
export const SwarmNetwork = served(swarmNetwork.SwarmNetwork);
export const User = served(user.User);
export const Verdict = served(verdict.Verdict);
