import * as pulumi from "@pulumi/pulumi";
import { createHostFirewalls } from "../firewall/firewall.ts";
import { endpointUrls } from "../hosts/endpoint-urls.ts";
import { knownValue } from "../shared/inputs.ts";
import { DEFAULT_MINIO_IMAGE } from "../../core/default-images.ts";
import { ownerLabels } from "../../core/labels.ts";
import { creationOwner, ownerOf } from "../shared/owner.ts";
import { NodeSettings } from "../swarm/node-settings.ts";
import { SwarmService } from "../service/swarm-service.ts";
import { toleratesHostLoss } from "./layout/fault-tolerance.ts";
import type { MinioServiceArgs } from "./args.ts";
import { validateMinioService } from "./validation/settings.ts";
import { immutableForService, immutableForStore } from "./layout/immutable-settings.ts";
import { validatedImage } from "./spec/image.ts";
import { validatedKmsKey, immutableKmsKey, createKmsSecret } from "./security/kms-key.ts";
import { MetricsUser, metricsUrls } from "./iam/metrics.ts";
import { declaredPools, planStore, type ServicePlan, type StorePlan } from "./layout/plan.ts";
import { validateStoreNetworks } from "./validation/network-and-tls.ts";
import { createPoolsConfig } from "./layout/pool-config.ts";
import {
  DRIVE_RECONNECT_SECONDS,
  INTERNAL_LOCK_PREFIX,
  LOCK_EXPIRY_SECONDS,
  probeCommands,
  defaultHealthcheckClient,
} from "./spec/probes.ts";
import { RootCredentials } from "./security/root-credentials.ts";
import { validatedRootUser } from "./validation/settings.ts";
import { RootServiceAccounts } from "./iam/root-service-accounts.ts";
import { createRootSecrets } from "./security/root-secrets.ts";
import { CLUSTER_WIDE_FIELDS, serviceSpec, type StoreContext } from "./spec/spec.ts";
import { memberAddresses, storeEndpoints, internalUrl } from "./layout/endpoints.ts";
import { storeAddressByName, storeConnection, type StoreConnection } from "./iam/store-connection.ts";
import { createTlsSecrets } from "./security/tls.ts";
import { validatedTls } from "./validation/network-and-tls.ts";
import { driveDisks, memberName, volumeNames } from "./layout/topology.ts";
import { settingsValidation } from "./spec/trial-run.ts";

export type { MinioMode, MinioPool, MinioServiceArgs } from "./args.ts";

/**
 * A MinIO object store: a single erasure-coded cluster over the drives of one or more pools of hosts. It is ready when
 * the cluster has write quorum. Destroying it keeps the data: drives are volumes or folders that no `destroy` removes.
 *
 * @example
 * const store = new MinioService("store", { swarm, network });
 * export const endpoint = store.endpoint;
 */
export class MinioService extends pulumi.ComponentResource {
  /** URL of the S3 API on the first host by key; if nothing is published, by the store's name on its network. */
  readonly endpoint: pulumi.Output<string>;
  /**
   * URL of the S3 API on each host, by host key. On a macvlan or ipvlan network at the members' own addresses, for the
   * hosts that assign one. Empty with `expose: false`.
   */
  readonly endpoints: pulumi.Output<Record<string, string>>;
  /** URL of the console on each host, by host key. Empty if `endpoints` is, and with `consolePort: false`. */
  readonly consoleEndpoints: pulumi.Output<Record<string, string>>;
  /** URL of the Prometheus metrics on each host, by host key. The argument `metrics` decides who can read them. */
  readonly metricsEndpoints: pulumi.Output<Record<string, string>>;
  /** Bearer token for the metrics; only with `metrics: "token"`. Secret. */
  readonly metricsToken?: pulumi.Output<string>;
  /** Ids of the Swarm services, by pool key; with `mode: "replicated"` by `<pool key>/<host key>`. */
  readonly serviceIds: pulumi.Output<Record<string, string>>;
  /** Names of the members on the network, ordered by host key. */
  readonly members: readonly string[];
  /** Port of the console within the store's networks. */
  readonly consolePort: number;
  /** Certificate of the authority that clients must trust, PEM; absent without `tls`. */
  readonly caCertificate?: pulumi.Output<string>;
  /** Access to the store for buckets and users. */
  readonly connection: StoreConnection;
  /** Name of the root user. */
  readonly rootUser: pulumi.Output<string>;
  /** Password of the root user. Secret. */
  readonly rootPassword: pulumi.Output<string>;

  constructor(name: string, args: MinioServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `MinioService "${name}"`;
    const { swarm, network, serviceName = name } = args;
    args.swarm.throwIfInvalid(subject, [
      ...validateMinioService(args, serviceName, swarm.hosts),
      ...validateStoreNetworks(args, swarm.hosts),
    ]);
    super("swarm:index:MinioService", name, {}, opts);

    const plan = planStore(args, serviceName, swarm.hosts);
    const preflights = plan.services.map((service) =>
      swarm.preflight(serviceRequirement(name, subject, plan, service, args)),
    );

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
    const files = { ...child, owner: creationOwner(name, child), component: name };
    const memberLabels = plan.pools.flatMap(({ hosts, label }) =>
      hosts.map(({ key: host }) => new NodeSettings(`${name}-member-${host}`, { swarm, host, labels: label }, child)),
    );
    this.members = plan.hosts.map(({ hostname }) => memberName(serviceName, hostname));
    const tls =
      args.tls &&
      createTlsSecrets(
        name,
        validatedTls(subject, args.tls, this.members),
        { swarm, serviceName, hosts: plan.hosts, addresses: memberAddresses(network) },
        files,
      );
    const store: StoreContext = {
      ...args,
      tls,
      kmsKey: kmsKey && createKmsSecret(`${name}-kms-key`, swarm, kmsKey, files),
      plan,
      image: validatedImage(subject, args.image ?? DEFAULT_MINIO_IMAGE, this),
      tools: args.tools ?? defaultHealthcheckClient(knownValue(args.image) ?? DEFAULT_MINIO_IMAGE),
      networkIds: [network, ...(args.networks ?? [])].map(({ networkId }) => networkId),
      secrets: createRootSecrets(name, swarm, credentials, plan.scheme, files),
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
    const services = this.#createServices(name, args, store, [...preflights, ...memberLabels, ...firewalls]);

    const ready = services.map(({ resource }) => resource);
    const { members, port, consolePort } = storeEndpoints(network, plan);
    this.endpoints = endpointUrls(plan.scheme, members, port, ready);
    this.consoleEndpoints = endpointUrls(plan.scheme, members, consolePort, ready);
    this.metricsEndpoints = this.endpoints.apply(metricsUrls);
    this.endpoint = this.endpoints.apply((all) => Object.values(all)[0] ?? internalUrl(network, plan));
    this.serviceIds = pulumi.output(
      Object.fromEntries(services.map(({ key, resource }) => [key, resource.serviceId] as const)),
    );
    this.consolePort = plan.consolePort;
    this.caCertificate = tls?.caCertificate;
    this.connection = storeConnection(swarm, serviceName, plan.hosts, this.serviceIds, credentials.id);
    new RootServiceAccounts(`${name}-root-keys`, { connection: this.connection, credentials }, child);
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

  /**
   * Creates replicated services one after another, so that members restart in turn. Global services are created in
   * parallel: all members must have the same settings, so none would become ready while another pool is outdated. Only
   * the last service waits for the cluster, since the first ones cannot have a quorum yet.
   */
  #createServices(
    name: string,
    args: MinioServiceArgs,
    store: StoreContext,
    dependencies: pulumi.Input<pulumi.Resource>[],
  ): CreatedService[] {
    const { plan } = store;
    const probes = probeCommands(store.tools);
    const created: CreatedService[] = [];
    for (const service of plan.services) {
      const isLast = service === plan.services.at(-1);
      const resource = new SwarmService(
        `${name}-${service.role}`,
        {
          swarm: args.swarm,
          adopt: args.adopt,
          spec: serviceSpec(store, service),
          restartTogether: CLUSTER_WIDE_FIELDS,
          peers: plan.services.map(({ serviceName }) => serviceName),
          immutable: immutableForService(plan, service),
          readyCommand: isLast ? probes.ready : undefined,
          ...(toleratesHostLoss(service.pool, plan, args.environment) && {
            maintenanceCommand: probes.maintenance,
            locks: {
              command: probes.locks,
              expirySeconds: LOCK_EXPIRY_SECONDS,
              internalPrefix: INTERNAL_LOCK_PREFIX,
            },
          }),
          minReadySeconds: args.minReadySeconds ?? (plan.hosts.length > 1 ? DRIVE_RECONNECT_SECONDS : undefined),
          validation: settingsValidation(store, service),
          rollback: args.rollback,
          tasks: service.hosts.length,
          timeoutSeconds: args.timeoutSeconds,
        },
        {
          parent: this,
          dependsOn: [...dependencies, ...(plan.mode === "replicated" ? created.map(({ resource }) => resource) : [])],
        },
      );
      created.push({ key: service.key, resource });
    }
    return created;
  }
}

interface CreatedService {
  /** Key in the output `serviceIds`. */
  key: string;
  resource: SwarmService;
}

/** Returns what the preflight must check for a service. */
function serviceRequirement(
  name: string,
  subject: string,
  plan: StorePlan,
  service: ServicePlan,
  { adopt, allowFrom }: MinioServiceArgs,
) {
  return {
    kind: "service",
    subject,
    owner: ownerOf(`${name}-${service.role}`),
    name: service.serviceName,
    adopt,
    alternateNames: plan.alternateModeServiceNames,
    ports: { ...plan.published },
    usesHostNetwork: plan.usesHostNetwork || undefined,
    hosts: service.hosts.map(({ key }) => key),
    disks: service.hosts.slice(0, 1).flatMap((host) => driveDisks(host, service.pool.drives)),
    driveFormat: service.pool.hosts.length * service.pool.drives.length === 1 ? "xl-single" : "xl",
    volumes: volumeNames(plan.serviceName, service.hosts, service.pool.drives),
    needsFirewall: allowFrom !== undefined,
  } as const;
}
