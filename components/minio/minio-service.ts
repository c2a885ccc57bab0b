import * as pulumi from "@pulumi/pulumi";
import { createHostFirewalls } from "../firewall/firewall.ts";
import { validatedUser } from "../service/task-settings.ts";
import { endpointUrls } from "../hosts/endpoint-urls.ts";
import { secretInput, SwarmComponent } from "../shared/component.ts";
import { knownValue } from "../shared/inputs.ts";
import { DEFAULT_MINIO_IMAGE } from "../../core/default-images.ts";
import { ownerLabels } from "../../core/labels.ts";
import { creationOwner, ownerOf } from "../shared/owner.ts";
import { NodeLabels } from "../swarm/node-labels.ts";
import type { MinioServiceArgs } from "./args.ts";
import { validateMinioService } from "./validation/settings.ts";
import { immutableForStore } from "./layout/immutable-settings.ts";
import { validatedImage } from "./spec/image.ts";
import { validatedKmsKey, immutableKmsKey, createKmsSecret } from "./security/kms-key.ts";
import { MetricsUser, metricsUrls } from "./iam/metrics.ts";
import { declaredPools, planStore } from "./layout/plan.ts";
import { validateStoreNetworks } from "./validation/network.ts";
import { createPoolsConfig } from "./layout/pool-config.ts";
import { defaultHealthcheckClient } from "./spec/probes.ts";
import { RootCredentials } from "./security/root-credentials.ts";
import { validatedRootUser } from "./validation/settings.ts";
import { RootServiceAccounts } from "./iam/root-service-accounts.ts";
import { createCaCertificatesConfig } from "./security/ca-certificates.ts";
import { createEnvironmentSecret, secretVariableValues } from "./security/secret-environment.ts";
import { createRootSecrets } from "./security/root-secrets.ts";
import type { StoreContext } from "./spec/spec.ts";
import { memberAddresses, storeEndpoints, internalUrl } from "./layout/endpoints.ts";
import { storeAddressByName, storeConnection, type StoreConnection } from "./iam/store-connection.ts";
import { createTlsSecrets } from "./security/tls.ts";
import { validatedTls } from "./validation/tls.ts";
import { memberNames } from "./layout/topology.ts";
import { checkServerUrl } from "./server-url-check.ts";
import { createServices, serviceRequirement } from "./services.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

export type { MinioMode, MinioPool, MinioServiceArgs } from "./args.ts";

/**
 * A MinIO object store: a single erasure-coded cluster over the drives of one or more pools of hosts. It is ready when
 * the cluster has write quorum. Destroying it keeps the data: drives are volumes or folders that no `destroy` removes.
 *
 * @example
 * const store = new MinioService("store", { swarm, network });
 * export const endpoint = store.endpoint;
 */
export class MinioService extends SwarmComponent {
  /** URL of the S3 API on the first host by key; if nothing is published, by the store's name on its network. */
  readonly endpoint: pulumi.Output<string>;
  /**
   * URL of the S3 API on each host, by host key. On a macvlan or ipvlan network at the members' own addresses, for the
   * hosts that assign one. Empty with `expose: false`.
   */
  readonly endpoints: pulumi.Output<Record<string, string>>;
  /** URL of the console on each host, by host key. Empty if `endpoints` is, and with `console: false`. */
  readonly consoleEndpoints: pulumi.Output<Record<string, string>>;
  /** URL of the Prometheus metrics on each host, by host key. The argument `metrics` decides who can read them. */
  readonly metricsEndpoints: pulumi.Output<Record<string, string>>;
  /** Bearer token for the metrics; only with `metrics: "token"`. @secret */
  readonly metricsToken?: pulumi.Output<string>;
  /** Ids of the Swarm services, by pool key; with `mode: "replicated"` by `<pool key>/<host key>`. */
  readonly serviceIds: pulumi.Output<Record<string, string>>;
  /** Names of the members on the network, ordered by host key. */
  readonly members: pulumi.Output<string[]>;
  /** Port of the console within the store's networks. */
  readonly consolePort: number;
  /** Certificate of the authority that clients must trust, PEM; absent without `tls`. */
  readonly caCertificate?: pulumi.Output<string>;
  /**
   * Access to the store for buckets and users.
   *
   * @internal
   */
  readonly connection: StoreConnection;
  /** Name of the root user. */
  readonly rootUser: pulumi.Output<string>;
  /** Password of the root user. @secret */
  readonly rootPassword: pulumi.Output<string>;

  constructor(name: string, args: MinioServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("MinioService", name, args);
    const subject = `MinioService "${name}"`;
    const { swarm, network, serviceName = name } = args;
    rejectIssues(subject, [
      ...validateMinioService(args, serviceName, swarm.hosts),
      ...validateStoreNetworks(args, swarm.hosts),
    ]);
    super("MinioService", name, withSecrets(args), opts);

    const plan = planStore(args, serviceName, swarm.hosts);
    const preflights = plan.services.map((service) => swarm.preflight(serviceRequirement(name, plan, service, args)));

    const kmsKey = args.kmsKey && validatedKmsKey(subject, args.kmsKey);
    const credentials = new RootCredentials(
      `${name}-credentials`,
      {
        ...validatedRootUser(subject, args),
        immutable: { ...immutableForStore(plan), ...immutableKmsKey(kmsKey) },
        ...declaredPools(plan),
        store: storeAddressByName(swarm, plan),
      },
      { parent: this, dependsOn: preflights },
    );
    const child = { parent: this, dependsOn: [...preflights, credentials] };
    const files = { ...child, owner: creationOwner(name, child), component: name, transform: args.transform?.secret };
    const memberLabels = plan.pools.flatMap(({ hosts, label }) =>
      hosts.map(({ key: host }) => new NodeLabels(`${name}-member-${host}`, { swarm, host, labels: label }, child)),
    );
    const names = memberNames(serviceName, plan.hosts);
    this.members = pulumi.all(names);
    const tls =
      args.tls &&
      createTlsSecrets(
        name,
        validatedTls(subject, args.tls, names),
        { swarm, serviceName, hosts: plan.hosts, addresses: memberAddresses(network) },
        files,
      );
    const secretVariables = secretVariableValues(args);
    const store: StoreContext = {
      ...args,
      tls,
      kmsKey: kmsKey && createKmsSecret(`${name}-kms-key`, swarm, kmsKey, files),
      plan,
      user: args.user && validatedUser(subject, args.user),
      image: validatedImage(subject, args.image ?? DEFAULT_MINIO_IMAGE, this),
      tools: args.tools ?? defaultHealthcheckClient(knownValue(args.image) ?? DEFAULT_MINIO_IMAGE),
      networkIds: [network, ...(args.networks ?? [])].map(({ networkId }) => networkId),
      secrets: createRootSecrets(name, swarm, credentials, plan.scheme, files),
      caCertificates: createCaCertificatesConfig(`${name}-ca-certificates`, subject, swarm, args.caCertificates, files),
      secretVariables,
      environmentSecret:
        secretVariables &&
        createEnvironmentSecret(`${name}-environment`, swarm, secretVariables, credentials.password, files),
      poolsConfig: createPoolsConfig(`${name}-pools`, swarm, plan.pools, files),
      ownerLabels: ownerLabels(ownerOf(name)),
    };
    const firewalls =
      args.allowFrom === undefined || plan.published === undefined
        ? []
        : createHostFirewalls(
            `${name}-firewall`,
            {
              ...{ subject, hosts: plan.hosts, ports: Object.values(plan.published), allowFrom: args.allowFrom },
              networks: [network, ...(args.networks ?? [])],
            },
            child,
          );
    const services = createServices(name, args, store, [...preflights, ...memberLabels, ...firewalls], this);

    const ready = services.map(({ resource }) => resource);
    const { members, port, consolePort } = storeEndpoints(network, plan);
    this.endpoints = endpointUrls(plan.scheme, members, port, ready);
    this.consoleEndpoints = endpointUrls(plan.scheme, members, consolePort, ready);
    this.metricsEndpoints = this.endpoints.apply(metricsUrls);
    this.endpoint = pulumi
      .all([this.endpoints, internalUrl(network, plan)])
      .apply(([all, internal]) => Object.values(all)[0] ?? internal);
    this.serviceIds = pulumi.output(
      Object.fromEntries(services.map(({ key, resource }) => [key, resource.id] as const)),
    );
    this.consolePort = plan.consolePort;
    this.caCertificate = tls?.caCertificate;
    this.connection = storeConnection(swarm, serviceName, plan.hosts, this.serviceIds, credentials.id);
    new RootServiceAccounts(`${name}-root-keys`, { connection: this.connection, credentials }, child);
    checkServerUrl(`${name}-server-url`, args, this.connection, { parent: this });
    if (args.metrics === "token") {
      const reader = { connection: this.connection, generation: credentials.generation };
      this.metricsToken = new MetricsUser(`${name}-metrics`, reader, { parent: this }).token;
    }
    this.rootUser = credentials.user;
    this.rootPassword = pulumi.secret(credentials.password);
    this.registerOutputs({
      endpoint: this.endpoint,
      endpoints: this.endpoints,
      consoleEndpoints: this.consoleEndpoints,
      metricsEndpoints: this.metricsEndpoints,
      metricsToken: this.metricsToken,
      serviceIds: this.serviceIds,
      rootUser: this.rootUser,
      rootPassword: this.rootPassword,
      caCertificate: this.caCertificate,
    });
  }
}

/** Returns the arguments with secret ones wrapped as secrets. */
function withSecrets(args: MinioServiceArgs): object {
  const { registryCredentials, secretEnvironment, rootPassword, kmsKey, tls } = args;
  return {
    ...args,
    registryCredentials: secretInput(registryCredentials),
    secretEnvironment: secretInput(secretEnvironment),
    rootPassword: secretInput(rootPassword),
    kmsKey: kmsKey && { ...kmsKey, key: secretInput(kmsKey.key) },
    tls: tls && { ...tls, key: secretInput(tls.key) },
  };
}
