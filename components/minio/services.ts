import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../shared/inputs.ts";
import { ownerOf } from "../shared/owner.ts";
import { createService, type Service } from "../service/service.ts";
import { DEFAULT_LOG_OPTIONS } from "../service/spec-parts.ts";
import { extraHostsLines, withTaskSettings } from "../service/task-settings.ts";
import type { MinioServiceArgs } from "./args.ts";
import { toleratesHostLoss } from "./layout/fault-tolerance.ts";
import { immutableForService } from "./layout/immutable-settings.ts";
import type { ServicePlan, StorePlan } from "./layout/plan.ts";
import { driveDisks, volumeNames } from "./layout/topology.ts";
import { DRIVE_RECONNECT_SECONDS, INTERNAL_LOCK_PREFIX, LOCK_EXPIRY_SECONDS, probeCommands } from "./spec/probes.ts";
import { CLUSTER_WIDE_FIELDS, serviceSpec, type StoreContext } from "./spec/spec.ts";
import { settingsValidation } from "./spec/trial-run.ts";

/** A service of a store. */
export interface CreatedService {
  /** Key in the output `serviceIds`. */
  key: string;
  resource: Service;
}

/** Returns a service's requirement for the preflight. */
export function serviceRequirement(
  name: string,
  plan: StorePlan,
  service: ServicePlan,
  { adopt, allowFrom, user }: MinioServiceArgs,
) {
  return {
    kind: "service",
    subject: `MinioService "${name}"`,
    owner: ownerOf(`${name}-${service.role}`),
    name: service.serviceName,
    adopt,
    alternateNames: plan.alternateModeServiceNames,
    ports: { ...plan.published },
    usesHostNetwork: plan.usesHostNetwork || undefined,
    hosts: service.hosts.map(({ key }) => key),
    disks: service.hosts.slice(0, 1).flatMap((host) => driveDisks(host, service.pool.drives)),
    user: knownValue(user),
    driveFormat: service.pool.hosts.length * service.pool.drives.length === 1 ? "xl-single" : "xl",
    volumes: volumeNames(plan.serviceName, service.hosts, service.pool.drives),
    needsFirewall: allowFrom !== undefined,
  } as const;
}

/**
 * Creates replicated services one after another, so that members restart in turn. Global services are created in
 * parallel: all members must have the same settings, so none would become ready while another pool is outdated. Only
 * the last service waits for the cluster, since the first ones cannot have a quorum yet.
 */
export function createServices(
  name: string,
  args: MinioServiceArgs,
  store: StoreContext,
  dependencies: pulumi.Input<pulumi.Resource>[],
  parent: pulumi.Resource,
): CreatedService[] {
  const subject = `MinioService "${name}"`;
  const { plan } = store;
  const probes = probeCommands(store.tools);
  const hosts = extraHostsLines(subject, args);
  const created: CreatedService[] = [];
  for (const service of plan.services) {
    const isLast = service === plan.services.at(-1);
    const resource = createService(
      subject,
      args.transform?.service,
      `${name}-${service.role}`,
      {
        swarm: args.swarm,
        adopt: args.adopt,
        spec: withTaskSettings(subject, serviceSpec(store, service), args),
        registryCredentials: args.registryCredentials,
        defaultLogOptions: DEFAULT_LOG_OPTIONS,
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
        validation: settingsValidation(store, service, hosts),
        rollback: args.rollback,
        tasks: service.hosts.length,
        timeoutSeconds: args.timeoutSeconds,
      },
      {
        parent,
        dependsOn: [...dependencies, ...(plan.mode === "replicated" ? created.map(({ resource }) => resource) : [])],
      },
    );
    created.push({ key: service.key, resource });
  }
  return created;
}
