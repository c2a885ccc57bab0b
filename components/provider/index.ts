/**
 * The resources' code, by kind. Pulumi's own process loads this module through the permanent address
 * `pulumi-swarm/provider`; nothing here needs the Pulumi SDK.
 */
import * as blueprint from "./blueprint.ts";
import * as bucket from "./bucket.ts";
import * as certificate from "./certificate.ts";
import * as cluster from "./cluster.ts";
import * as creationOwner from "./creation-owner.ts";
import * as forLife from "./for-life.ts";
import * as host from "./host.ts";
import * as hostFirewall from "./host-firewall.ts";
import * as hostKey from "./host-key.ts";
import * as identity from "./identity.ts";
import * as member from "./member.ts";
import * as networkPart from "./network-part.ts";
import * as nodeSettings from "./node-settings.ts";
import * as predefinedNetwork from "./predefined-network.ts";
import * as preflight from "./preflight.ts";
import * as rootCredentials from "./root-credentials.ts";
import * as rootServiceAccounts from "./root-service-accounts.ts";
import { served } from "./served.ts";
import * as service from "./service.ts";
import * as sshHost from "./ssh-host.ts";
import * as sshSurvey from "./ssh-survey.ts";
import * as sshSurveyed from "./ssh-surveyed.ts";
import * as swarmNetwork from "./swarm-network.ts";
import * as user from "./user.ts";
import * as verdict from "./verdict.ts";

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
