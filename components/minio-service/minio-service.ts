import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host.ts";
import { plain } from "../shared/inputs.ts";
import { ownerLabels, SWARM_LABEL } from "../shared/labels.ts";
import { ownerOf } from "../shared/owner.ts";
import { refuse } from "../shared/refusal.ts";
import { NodeSettings } from "../swarm/node-settings.ts";
import { SwarmService } from "../swarm-service/swarm-service.ts";
import type { MinioServiceArgs } from "./args.ts";
import { minioFindings, rootUserFindings } from "./findings.ts";
import { DEFAULT_MINIO_IMAGE, imageFindings, imageWarning } from "./image.ts";
import { MEMBER, memberLabel, type ServicePlan, servicePlans } from "./plan.ts";
import { poolsOf } from "./pool-findings.ts";
import { probesOf, toolsOfImage } from "./probes.ts";
import { RootCredentials } from "./root-credentials.ts";
import { SECRET_FILES, SECRET_KINDS, type SecretKind, secretTexts } from "./secrets.ts";
import { AGREED_FIELDS, frozenValues, serviceSpec, type Store } from "./spec.ts";
import { API_PORT, driveSource, inKeyOrder, layoutOf } from "./topology.ts";

/**
 * One MinIO object store: a single erasure-coded cluster over the drives of a pool of hosts. It is ready when the
 * cluster has write quorum. Its data outlives it: drives are volumes or folders that no destroy removes.
 *
 * @example
 * const store = new MinioService("store", { swarm, network });
 * export const endpoint = store.endpoint;
 */
export class MinioService extends pulumi.ComponentResource {
  /** URL of the S3 API: the first host's by key, or with `expose: false` the store's name on the overlay. */
  readonly endpoint: pulumi.Output<string>;
  /** URL of the S3 API on each host, by host key; empty with `expose: false`. */
  readonly endpoints: pulumi.Output<Record<string, string>>;
  /** URL of the console on each host, by host key; empty with `expose: false`. */
  readonly consoleEndpoints: pulumi.Output<Record<string, string>>;
  /** Ids of the services, by pool key; with `mode: "replicated"` by `<pool>/<host>`. */
  readonly serviceIds: pulumi.Output<Record<string, string>>;
  readonly rootUser: pulumi.Output<string>;
  /** Secret. */
  readonly rootPassword: pulumi.Output<string>;

  constructor(name: string, args: MinioServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `MinioService "${name}"`;
    const { swarm, serviceName = name, mode = "global", port = 9000, consolePort = 9001 } = args;
    refuse(subject, minioFindings(args, serviceName, swarm.hosts));
    super("pulumi-swarm:index:MinioService", name, {}, opts);

    const [[poolKey, pool] = ["", { hosts: [] }]] = Object.entries(poolsOf(args, swarm.hosts));
    const hosts = inKeyOrder(pool.hosts.flatMap((key) => swarm.hosts[key] ?? []));
    const published = args.expose === false ? undefined : { port, consolePort };
    const plans = servicePlans(serviceName, poolKey, mode, hosts);

    const preflight = plans.map((plan) => this.preflight(name, subject, args, plan, published ?? {}));
    const child = { parent: this, dependsOn: preflight };
    const credentials = new RootCredentials(
      `${name}-credentials`,
      { user: checkedUser(subject, args.rootUser) },
      child,
    );
    const members = hosts.map(({ key: host }) => {
      const labels = { [memberLabel(serviceName, poolKey)]: MEMBER };
      return new NodeSettings(`${name}-member-${host}`, { swarm, host, labels }, child);
    });
    const image = checkedImage(subject, args.image ?? DEFAULT_MINIO_IMAGE, this);
    const store: Store = {
      ...args,
      serviceName,
      image,
      tools: args.tools ?? toolsOfImage(plain(image) ?? ""),
      layout: layoutOf(serviceName, hosts),
      networkId: args.network.networkId,
      secrets: this.secrets(name, args, credentials, child),
      published,
      ownerLabels: ownerLabels(ownerOf(name)),
    };
    const services = this.services(name, args, store, plans, frozenValues(serviceName, poolKey, hosts), [
      ...preflight,
      ...members,
    ]);

    this.endpoints = urls(hosts, published?.port, services);
    this.consoleEndpoints = urls(hosts, published?.consolePort, services);
    this.endpoint = this.endpoints.apply((all) => Object.values(all)[0] ?? `http://${serviceName}:${API_PORT}`);
    this.serviceIds = pulumi.output(
      Object.fromEntries(plans.map(({ key }, index) => [key, services[index]?.serviceId ?? pulumi.output("")])),
    );
    this.rootUser = credentials.user;
    this.rootPassword = pulumi.secret(credentials.password);
    this.registerOutputs({
      endpoint: this.endpoint,
      endpoints: this.endpoints,
      consoleEndpoints: this.consoleEndpoints,
      serviceIds: this.serviceIds,
      rootUser: this.rootUser,
      rootPassword: this.rootPassword,
    });
  }
}
