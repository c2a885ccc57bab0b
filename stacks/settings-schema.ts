import * as v from "valibot";
import { BUCKET_ACCESS, MINIO_METRICS } from "../components/index.ts";
import { CNI_PLUGINS, CNI_TRANSPORTS } from "../components/kubernetes/cni/args.ts";
import { ENGINE_SOURCES } from "../core/engine-source.ts";
import { awsSettings } from "./aws-settings.ts";
import { bucket } from "./bucket-settings.ts";
import {
  availability,
  describe,
  optional,
  settingOf,
  STACK_KINDS,
  stringMap,
  stringOrNumber,
  strings,
} from "./setting.ts";

const path = optional(v.string(), "Folder on a mounted disk.", "a Docker volume");
const subfolder = optional(v.string(), "Folder below `path` that holds the data.", "none");
/** A drive of a host. */
const hostDrive = v.strictObject({ path, subfolder });
/** A drive of every host, or on Kubernetes a volume of every member. */
const drive = v.strictObject({
  ...{ path, subfolder },
  size: optional(v.string(), "Size of the volume on Kubernetes, such as `100Gi`.", "required on Kubernetes"),
  storageClass: optional(v.string(), "Class of the volume on Kubernetes.", "the cluster's default"),
});
const drives = v.record(v.string(), drive);

const sshConnection = {
  user: optional(v.string(), "User to log in as: root, or a member of the group `docker`.", "from `~/.ssh/config`"),
  port: optional(v.number(), "Port of the SSH server.", "`22`"),
  identityFile: optional(v.string(), "File with the private key.", "the agent's keys and those in `~/.ssh`"),
  jumpHost: optional(v.string(), "Jump host: `[user@]host[:port]`.", "none"),
  jumpHostKey: optional(v.string(), "Public key of the jump host.", "from `known_hosts`"),
  labels: optional(stringMap, "Labels of the Swarm node.", "none"),
  drives: optional(v.record(v.string(), hostDrive), "Drives of the host by key.", "the setting `drives`"),
};

const link = v.strictObject({
  parent: describe(v.string(), "Network device of the host, such as `eth1` or the VLAN `eth0.50`."),
  ipRange: optional(v.string(), "Part of `subnet` for this host's containers, in CIDR form.", "all of `subnet`"),
});

const host = v.strictObject({
  ...sshConnection,
  address: describe(v.string(), "Name or address of the SSH server."),
  hostKey: optional(v.string(), "The host's public SSH key; no other is accepted.", "from `known_hosts`"),
  hostname: optional(v.string(), "The hostname that the engine must report.", "any"),
  privateAddress: optional(
    v.string(),
    "IP address at which the other hosts reach this one.",
    "`address`; if that is a name, the machine's address that SSH reaches",
  ),
  dataPathAddress: optional(
    v.string(),
    "IP address of the machine for overlay network traffic. Immutable.",
    "`privateAddress`",
  ),
  endpointAddress: optional(v.string(), "Address at which clients reach its published ports.", "`address`"),
  zone: optional(v.string(), "Failure domain.", "none"),
  link: optional(link, "The host's interface to a macvlan or ipvlan network.", "none"),
  role: v.optional(
    describe(v.picklist(["manager", "worker"]), "Role in the Swarm.", { defaultValue: "`manager`" }),
    "manager",
  ),
  availability,
});

const pool = v.strictObject({
  hosts: optional(strings, "Keys of the pool's hosts. Immutable.", "required, except on Kubernetes"),
  drivesPerHost: optional(v.number(), "Number of drives to use of each host, the first ones by key. Immutable.", "all"),
  members: optional(v.number(), "Number of pods on Kubernetes. Immutable.", "required on Kubernetes"),
  drives: optional(drives, "Volumes of each pod on Kubernetes, by key. Immutable.", "the setting `drives`"),
});

const caller = v.strictObject({
  namespace: optional(v.string(), "Namespace of the pods.", "that of the store"),
  pods: optional(stringMap, "Labels of the pods.", "all pods"),
  addresses: optional(v.string(), "A range of addresses in CIDR form, instead of pods.", "none"),
});

const local = settingOf(["local"]);
const ssh = settingOf(["ssh"]);
const localOrSsh = settingOf(["local", "ssh"]);
const onSwarm = settingOf(["local", "ssh", "aws"]);
const onKubernetes = settingOf(["kubernetes"]);
const everywhere = settingOf(STACK_KINDS);

/** The schema of a stack's settings: the config values under `pulumi-swarm:`. */
export const settingsSchema = v.strictObject({
  stack: v.optional(
    describe(v.string(), `Kind of the stack: ${STACK_KINDS.map((kind) => `\`${kind}\``).join(", ")}.`, {
      ...{ defaultValue: "`local`", kinds: STACK_KINDS },
    }),
    "local",
  ),
  engine: local(v.string(), "Address of Docker Engine, as in `DOCKER_HOST`.", "that of the docker CLI"),
  endpointAddress: local(
    v.string(),
    "Address at which clients reach the published ports.",
    "`127.0.0.1`, or the engine's machine",
  ),
  hostname: local(v.string(), "The hostname that the engine must report.", "any"),
  hosts: ssh(v.record(v.string(), host), "The machines by host key. See [hosts.md](hosts.md).", "required"),
  hostDefaults: ssh(v.strictObject(sshConnection), "Defaults for all `hosts`.", "none"),
  install: ssh(
    v.picklist(ENGINE_SOURCES),
    "Source of Docker Engine for hosts without it: the distribution's packages, or Docker's.",
    "nothing is installed",
  ),
  aws: settingOf(["aws"])(awsSettings, "The machines to create. See [aws.md](aws.md).", "required"),
  timeoutSeconds: settingOf(["ssh", "aws", "kubernetes"])(
    v.number(),
    "How long to wait for each machine to answer, in seconds; on Kubernetes, for the store's members after a change.",
    "`300` (ssh), `900` (aws), `600` (kubernetes)",
  ),
  drives: settingOf(["local", "ssh", "kubernetes"])(
    drives,
    "Drives by key, for hosts without their own. `{}` is a Docker volume. On Kubernetes: volumes of each member.",
    "four Docker volumes, `d1` to `d4` (a `Host` has one); required on Kubernetes",
  ),
  adopt: onSwarm(v.boolean(), "Whether to adopt an existing Swarm. See [adopt.md](adopt.md).", "`false`"),
  allowOutage: onSwarm(v.boolean(), "Whether changes may replace the Swarm or a network in use.", "`false`"),
  adoptNetwork: onSwarm(v.boolean(), "Whether to adopt the existing network `networkName`, unchanged.", "`false`"),
  adoptStore: onSwarm(v.boolean(), "Whether to adopt an existing store, with its services and volumes.", "`false`"),
  addressPools: onSwarm(strings, "Address pools of the Swarm, in CIDR form. Immutable.", "`[10.0.0.0/8]`"),
  subnetSize: onSwarm(v.number(), "Prefix length of the subnets taken from `addressPools`. Immutable.", "`24`"),
  dataPathPort: onSwarm(
    v.number(),
    "UDP port of the traffic between hosts (VXLAN). Immutable. Change it if something else uses 4789.",
    "`4789`",
  ),
  autolock: onSwarm(
    v.boolean(),
    "Whether a manager stays locked after its engine restarts, until the next `up` unlocks it.",
    "unchanged; `false` in a new Swarm",
  ),
  certificateExpiryDays: onSwarm(
    v.number(),
    "Lifetime of the nodes' certificates, in days. Swarm renews them.",
    "unchanged; `90` in a new Swarm",
  ),
  driver: localOrSsh(
    v.picklist(["overlay", "bridge", "macvlan", "ipvlan", "host"]),
    "Driver of the store's network. See [networks.md](networks.md).",
    "`overlay`",
  ),
  networkMode: localOrSsh(
    v.picklist(["bridge", "vepa", "private", "l2", "l3", "l3s"]),
    "Mode of macvlan (`bridge`, `vepa`, `private`) or ipvlan (`l2`, `l3`, `l3s`).",
    "`bridge` (macvlan), `l2` (ipvlan)",
  ),
  link: local(link, "The host's interface to a macvlan or ipvlan network.", "none"),
  networkName: onSwarm(
    v.string(),
    "Name of the network in the Swarm.",
    "`minio-overlay-network`, or `minio-network` with another driver",
  ),
  subnet: everywhere(
    v.string(),
    "Addresses of the network in CIDR form; on Kubernetes, of the pods.",
    "chosen by Docker; `10.244.0.0/16` with a `cni`",
  ),
  gateway: onSwarm(v.string(), "Address of the network's gateway.", "the first address of `subnet`"),
  mtu: onSwarm(
    v.number(),
    "MTU of the network in bytes.",
    "`1500`; on AWS, the most that the machines' network carries",
  ),
  encrypted: onSwarm(v.boolean(), "Whether the overlay network is encrypted (IPsec).", "`true`"),
  attachable: onSwarm(v.boolean(), "Whether standalone containers may attach to the network.", "`true`"),
  image: everywhere(
    v.string(),
    "Image of MinIO, by tag and digest.",
    "`pgsty/silo`, pinned by digest; see [image](store.md#image)",
  ),
  pools: settingOf(["ssh", "aws", "kubernetes"])(
    v.record(v.string(), pool),
    "Server pools by key. To grow the store, add one. See [store.md](store.md#adding-and-removing-pools).",
    "`main`, of all hosts; on Kubernetes with four members",
  ),
  mode: onSwarm(v.picklist(["global", "replicated"]), "One service per pool, or one per host. Immutable.", "`global`"),
  minReadySeconds: onSwarm(
    v.number(),
    "How long all members must report write quorum before the store is ready, in seconds.",
    "`16` with several hosts, else `0`",
  ),
  expose: everywhere(
    v.boolean(),
    "Whether the store's ports are published; on Kubernetes, through a LoadBalancer.",
    "`true`; local: only for the engine's machine; Kubernetes: `false`",
  ),
  port: everywhere(v.number(), "Port of the S3 API.", "`9000`"),
  console: onSwarm(v.boolean(), "Whether the console is published as well.", "`true`"),
  consolePort: everywhere(v.number(), "Port of the console.", "`9001`"),
  allowFrom: onSwarm(
    strings,
    "Addresses and ranges that may reach the published ports.",
    "all; local: only the engine's machine",
  ),
  rootUser: everywhere(v.string(), "Name of the root user.", "generated"),
  rootPassword: everywhere(
    v.string(),
    "Password of the root user. Must be a secret. A new value rotates it.",
    "generated",
  ),
  rootPasswordGeneration: everywhere(stringOrNumber, "A new value generates a new root password.", "none"),
  tls: v.optional(
    describe(v.boolean(), "Whether the store uses TLS, with its own certificate authority.", {
      ...{ defaultValue: "`false`", kinds: STACK_KINDS },
    }),
    false,
  ),
  metrics: onSwarm(
    v.picklist(MINIO_METRICS),
    "Who may read the metrics: those with the output `metricsToken`, or everyone.",
    "root, and users with `admin:Prometheus`",
  ),
  buckets: onSwarm(v.record(v.string(), bucket), "Buckets by name.", "none"),
  users: onSwarm(
    v.record(v.string(), v.record(v.string(), v.picklist(BUCKET_ACCESS))),
    "Users to create, by name; for each, the access by bucket. Existing users cannot be adopted.",
    "none",
  ),
  environment: everywhere(stringMap, "Further `MINIO_…` variables. Not for secrets.", "none"),
  namespace: onKubernetes(v.string(), "Namespace to create. `down` keeps it, with the data.", "`minio`"),
  nodeSelector: onKubernetes(stringMap, "Labels of the nodes that run members.", "any node"),
  cni: onKubernetes(
    v.picklist([...CNI_PLUGINS, "weave"]),
    "Pod network to install. `weave` is recognised and rejected: it is archived.",
    "`none`: the cluster has one",
  ),
  cniTransport: onKubernetes(v.picklist(CNI_TRANSPORTS), "Transport of pod traffic between nodes.", "`vxlan`"),
  clients: onKubernetes(v.array(caller), "Who may reach the S3 API.", "none"),
  consoleClients: onKubernetes(v.array(caller), "Who may reach the console.", "none"),
  dns: onKubernetes(v.array(caller), "DNS servers of the pods.", "the cluster's DNS"),
});

export type Settings = v.InferOutput<typeof settingsSchema>;
