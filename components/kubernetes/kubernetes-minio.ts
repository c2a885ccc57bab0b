import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_MINIO_IMAGE } from "../../core/default-images.ts";
import { validatedImage } from "../minio/spec/image.ts";
import { metricsUrls } from "../minio/iam/metrics.ts";
import { RootCredentials } from "../minio/security/root-credentials.ts";
import { validatedRootUser } from "../minio/validation/settings.ts";
import { createCertificates } from "../minio/security/tls.ts";
import { validatedTls } from "../minio/validation/tls.ts";
import { API_PORT, CONSOLE_PORT } from "../minio/layout/topology.ts";
import { validateWhenKnown } from "../shared/inputs.ts";
import { throwIfInvalid } from "../../core/input-validation-error.ts";
import type { KubernetesMinioArgs } from "./args.ts";
import { validateKubernetesMinio, validateKubernetesImage, validateNamespace } from "./validation.ts";
import { immutableSettings } from "./immutable-settings.ts";
import { planKubernetesStore, type KubernetesPlan } from "./plan.ts";
import { serviceAddress, serviceNames } from "./connection.ts";
import { secretData } from "./secrets.ts";
import { budgetSpec, clientsSpec, type KubernetesStoreContext, peersSpec, statefulSetSpec } from "./spec.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";

export type { KubernetesDrive, KubernetesMinioArgs, KubernetesPool } from "./args.ts";

/**
 * A MinIO object store on Kubernetes: a single erasure-coded cluster over the volumes of one StatefulSet per pool. It is
 * ready when every member answers. Destroying it keeps the data: the volume claims stay.
 *
 * Every change of its pods (image, settings, credentials, limits) restarts all members of all pools at once, an outage of
 * some seconds: members with different settings reject each other. Clusters before 1.37 ignore this and restart them one
 * after another, with a correspondingly longer outage.
 *
 * @example
 * const store = new KubernetesMinio("store", {
 *   namespace: "storage",
 *   pools: { main: { members: 4 } },
 *   drives: { d1: { size: "100Gi", storageClass: "local-xfs" } },
 * });
 * export const endpoint = store.endpoint;
 */
export class KubernetesMinio extends pulumi.ComponentResource {
  /** URL of the S3 API at the Service for clients: with `expose` its load balancer, otherwise its name in the cluster. */
  readonly endpoint: pulumi.Output<string>;
  /** URL of the S3 API of each member within the cluster, by `<pool key>-<number>`. */
  readonly endpoints: pulumi.Output<Record<string, string>>;
  /** URL of the console of each member within the cluster, by `<pool key>-<number>`. */
  readonly consoleEndpoints: pulumi.Output<Record<string, string>>;
  /** URL of the Prometheus metrics of each member within the cluster. Reading them needs a token of root. */
  readonly metricsEndpoints: pulumi.Output<Record<string, string>>;
  /** Ids of the StatefulSets, `<namespace>/<name>`, by pool key. */
  readonly serviceIds: pulumi.Output<Record<string, string>>;
  /** Names of the members within the namespace, ordered by pool. */
  readonly members: readonly string[];
  /** Name of the store in its namespace. */
  readonly serviceName: string;
  /** Namespace of the store. */
  readonly namespace: pulumi.Output<string>;
  /** Certificate of the authority that clients must trust, PEM; absent without `tls`. */
  readonly caCertificate?: pulumi.Output<string>;
  /** Name of the root user. */
  readonly rootUser: pulumi.Output<string>;
  /** Password of the root user. Secret. */
  readonly rootPassword: pulumi.Output<string>;

  constructor(name: string, args: KubernetesMinioArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("KubernetesMinio", name, args);
    const subject = `KubernetesMinio "${name}"`;
    const { serviceName = name } = args;
    throwIfInvalid(subject, validateKubernetesMinio(args, name, serviceName));
    super("swarm:index:KubernetesMinio", name, {}, opts);

    const child = { parent: this };
    const plan = planKubernetesStore(args, serviceName);
    const namespace = pulumi.output(
      validateWhenKnown(args.namespace, (value) => throwIfInvalid(subject, validateNamespace(value))),
    );
    const credentials = new RootCredentials(
      `${name}-credentials`,
      {
        ...validatedRootUser(subject, args),
        immutable: immutableSettings(plan, namespace),
        pools: plan.pools.map(({ key }) => key),
        members: Object.fromEntries(
          plan.pools.map(({ key, members }) => [key, members.map((one) => one.name)] as const),
        ),
      },
      child,
    );
    // RootCredentials checks the immutable settings, so it must be the first resource to change.
    const afterCredentials = { parent: this, dependsOn: credentials };
    this.members = plan.pools.flatMap(({ members }) => members.map((member) => member.name));
    const tls = args.tls && validatedTls(subject, args.tls, this.members);
    const certificates =
      tls && createCertificates(name, tls, (more) => serviceNames(plan, namespace, more), afterCredentials);

    // Changing an immutable Secret replaces it under a new name, which changes the pods that use it.
    const secret = new kubernetes.core.v1.Secret(
      `${name}-secrets`,
      { metadata: { namespace }, immutable: true, stringData: secretData(credentials, plan.scheme, certificates) },
      child,
    );
    const store: KubernetesStoreContext = {
      ...args,
      plan,
      image: this.#image(subject, args.image),
      secret: secret.metadata.name,
    };
    const peers = new kubernetes.core.v1.Service(
      `${name}-peers`,
      {
        // Otherwise Pulumi would wait for pods, which are created later.
        metadata: { name: plan.peers, namespace, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: peersSpec(plan),
      },
      afterCredentials,
    );
    const ready = this.#createPools(name, args, store, namespace, peers);
    const clients = new kubernetes.core.v1.Service(
      `${name}-clients`,
      { metadata: { name: serviceName, namespace }, spec: clientsSpec(plan, args) },
      { ...child, dependsOn: ready },
    );

    // Known once all members answer.
    const readyNamespace = pulumi.all([namespace, ready.map(({ urn }) => urn)]).apply(([namespace]) => namespace);
    const urls = (port: number) => readyNamespace.apply((namespace) => memberUrls(plan, namespace, port));
    this.endpoint = serviceAddress(plan, namespace, args, clients);
    this.endpoints = urls(API_PORT);
    this.consoleEndpoints = urls(CONSOLE_PORT);
    this.metricsEndpoints = this.endpoints.apply(metricsUrls);
    this.serviceIds = readyNamespace.apply((namespace) => statefulSetIds(plan, namespace));
    this.serviceName = serviceName;
    this.namespace = namespace;
    this.caCertificate = certificates?.ca;
    this.rootUser = credentials.user;
    this.rootPassword = pulumi.secret(credentials.password);
    this.registerOutputs({
      endpoint: this.endpoint,
      endpoints: this.endpoints,
      consoleEndpoints: this.consoleEndpoints,
      metricsEndpoints: this.metricsEndpoints,
      serviceIds: this.serviceIds,
      members: this.members,
      serviceName,
      namespace,
      caCertificate: this.caCertificate,
      rootUser: this.rootUser,
      rootPassword: this.rootPassword,
    });
  }

  #image(subject: string, image: pulumi.Input<string> = DEFAULT_MINIO_IMAGE): pulumi.Input<string> {
    return validateWhenKnown(validatedImage(subject, image, this), (value) =>
      throwIfInvalid(subject, validateKubernetesImage(value)),
    );
  }

  /** Creates all pools in parallel, because their members can only become ready together. */
  #createPools(
    name: string,
    { timeoutSeconds = 600 }: KubernetesMinioArgs,
    store: KubernetesStoreContext,
    namespace: pulumi.Output<string>,
    peers: pulumi.Resource,
  ): pulumi.Resource[] {
    const timeout = `${timeoutSeconds}s`;
    return store.plan.pools.map((pool) => {
      const metadata = { name: pool.statefulSet, namespace };
      const { PodDisruptionBudget } = kubernetes.policy.v1;
      new PodDisruptionBudget(
        `${name}-${pool.key}`,
        { metadata, spec: budgetSpec(store.plan, pool) },
        { parent: this, dependsOn: [peers] },
      );
      return new kubernetes.apps.v1.StatefulSet(
        `${name}-${pool.key}`,
        { metadata, spec: statefulSetSpec(store, pool) },
        { parent: this, dependsOn: [peers], customTimeouts: { create: timeout, update: timeout } },
      );
    });
  }
}

function memberUrls({ scheme, pools }: KubernetesPlan, namespace: string, port: number): Record<string, string> {
  const members = pools.flatMap((pool) => pool.members);
  return Object.fromEntries(
    members.map(({ key, name }) => [key, `${scheme}://${name}.${namespace}.svc:${port}`] as const),
  );
}

function statefulSetIds({ pools }: KubernetesPlan, namespace: string): Record<string, string> {
  return Object.fromEntries(pools.map(({ key, statefulSet }) => [key, `${namespace}/${statefulSet}`] as const));
}
