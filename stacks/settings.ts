import * as pulumi from "@pulumi/pulumi";
import * as v from "valibot";
import { BUCKET_ACCESS, MINIO_METRICS } from "../components/index.ts";
import { awsSettings, stringOrNumber } from "./aws-settings.ts";
import { CNI_PLUGINS, CNI_TRANSPORTS } from "../components/kubernetes/cni/args.ts";

const folder = { path: v.optional(v.string()), subfolder: v.optional(v.string()) };
/** A drive of a host. */
const hostDrive = v.strictObject(folder);
/** A drive of every host, or on Kubernetes a volume of every member. */
const drive = v.strictObject({ ...folder, size: v.optional(v.string()), storageClass: v.optional(v.string()) });

/** How to come in by ssh; what each is: `components/hosts/ssh-hosts-args.ts`. */
const way = {
  user: v.optional(v.string()),
  port: v.optional(v.number()),
  identityFile: v.optional(v.string()),
  jumpHost: v.optional(v.string()),
  jumpHostKey: v.optional(v.string()),
  labels: v.optional(v.record(v.string(), v.string())),
  drives: v.optional(v.record(v.string(), hostDrive)),
};
const hostDefaults = v.strictObject(way);

/** How a host is plugged into a network that is outside of Docker; what each is: `components/networks/node-network/args.ts`. */
const link = v.strictObject({ parent: v.string(), ipRange: v.optional(v.string()) });

const host = v.strictObject({
  ...way,
  address: v.string(),
  hostKey: v.optional(v.string()),
  hostname: v.optional(v.string()),
  privateAddress: v.optional(v.string()),
  endpointAddress: v.optional(v.string()),
  zone: v.optional(v.string()),
  /** How it is plugged into the store's network, with the drivers macvlan and ipvlan. */
  link: v.optional(link),
  /** What it is in the Swarm. */
  role: v.optional(v.picklist(["manager", "worker"]), "manager"),
});

/** What each is: `components/kubernetes/args.ts`. */
const pool = v.strictObject({ members: v.number(), drives: v.optional(v.record(v.string(), drive)) });

/** What each is: `components/kubernetes/network-policy/args.ts`. */
const caller = v.strictObject({
  namespace: v.optional(v.string()),
  pods: v.optional(v.record(v.string(), v.string())),
  addresses: v.optional(v.string()),
});

const bucket = v.strictObject({ versioning: v.optional(v.boolean()), objectLock: v.optional(v.boolean()) });

/** What a stack's config may say under `pulumi-swarm:`, with what it is when it does not. */
const schema = v.strictObject({
  /** Kind of environment: a function of `stacks/`. */
  stack: v.optional(v.string(), "local"),
  /** Which engine, as in DOCKER_HOST; the docker CLI's own choice when it is not given. */
  engine: v.optional(v.string()),
  /** Address by which clients reach the published ports. */
  endpointAddress: v.optional(v.string()),
  /** The host's own name, if the engine calls it otherwise than this machine does. */
  hostname: v.optional(v.string()),
  /** The machines of an ssh environment, by your names for them. */
  hosts: v.optional(v.record(v.string(), host)),
  /** What holds for every one of them that does not say otherwise. */
  hostDefaults: v.optional(hostDefaults),
  /** Where Docker Engine may be installed from on those that have none. */
  install: v.optional(v.union([v.literal(false), v.picklist(["distribution", "docker"])])),
  /** The machines of an environment on AWS: the arguments of `AwsHosts`. */
  aws: v.optional(awsSettings),
  /** How long each machine may take to answer, in seconds; on Kubernetes, how long the store may. */
  timeoutSeconds: v.optional(v.number()),
  /** Drives by key, of every host that names none of its own; `{}` is a Docker volume. Four of these if not given. */
  drives: v.optional(v.record(v.string(), drive)),
  /** Whether a Swarm that is there already may be taken on. */
  adopt: v.optional(v.boolean()),
  /** Whether changes may be made that end the Swarm or its network and make it anew. */
  allowOutage: v.optional(v.boolean()),
  /** Whether the network is there already, under its name, and is taken on as it is. */
  adoptNetwork: v.optional(v.boolean()),
  /** Whether a store that something else created, with its services and volumes, becomes this stack's. */
  adoptStore: v.optional(v.boolean()),
  addressPools: v.optional(v.array(v.string())),
  /** What carries the store's network; what each gives up: docs/networks.md. */
  driver: v.optional(v.picklist(["overlay", "bridge", "macvlan", "ipvlan", "host"])),
  /** How macvlan (bridge, vepa, private) or ipvlan (l2, l3, l3s) passes on what is for containers. */
  networkMode: v.optional(v.picklist(["bridge", "vepa", "private", "l2", "l3", "l3s"])),
  /** How this machine is plugged into the network, in a local environment. */
  link: v.optional(link),
  networkName: v.optional(v.string()),
  subnet: v.optional(v.string()),
  gateway: v.optional(v.string()),
  mtu: v.optional(v.number()),
  encrypted: v.optional(v.boolean()),
  attachable: v.optional(v.boolean()),
  /** The store's image; the components' own choice when it is not given. */
  image: v.optional(v.string()),
  mode: v.optional(v.picklist(["global", "replicated"])),
  /** How long members must report that the store works, in seconds; see `components/minio/args.ts`. */
  minReadySeconds: v.optional(v.number()),
  /** Whether the store's ports are published. A local stack that does not say answers its own machine alone. */
  expose: v.optional(v.boolean()),
  port: v.optional(v.number()),
  /** Port of the console; with `false` only the S3 API is published. */
  consolePort: v.optional(v.union([v.number(), v.literal(false)])),
  /** Addresses and ranges that may reach the store from other machines. Not given: everybody; locally none. */
  allowFrom: v.optional(v.array(v.string())),
  rootUser: v.optional(v.string()),
  /** The root user's password, a secret; generated when it is not given. */
  rootPassword: v.optional(v.string()),
  /** Another text makes another root password; what looks like a number is one to the config. */
  rootPasswordGeneration: v.optional(stringOrNumber),
  /** Whether the store speaks TLS, with certificates of its own. */
  tls: v.optional(v.boolean(), false),
  /** Who may read the store's metrics; what that means: `components/minio/args.ts`. */
  metrics: v.optional(v.picklist(MINIO_METRICS)),
  /** The store's buckets by name. */
  buckets: v.optional(v.record(v.string(), bucket)),
  /** Users of the store by name, with what each may do in which bucket. */
  users: v.optional(v.record(v.string(), v.record(v.string(), v.picklist(BUCKET_ACCESS)))),
  environment: v.optional(v.record(v.string(), v.string())),
  /** The namespace of a store on Kubernetes. It stays when the stack goes, with the volumes in it. */
  namespace: v.optional(v.string()),
  /** The pools of a store on Kubernetes, by your names for them. */
  pools: v.optional(v.record(v.string(), pool)),
  /** Labels that a node must have to run a member. */
  nodeSelector: v.optional(v.record(v.string(), v.string())),
  /** Who makes the network of a Kubernetes that has none; then `subnet` is that of its pods. */
  cni: v.optional(v.picklist([...CNI_PLUGINS, "weave"])),
  cniTransport: v.optional(v.picklist(CNI_TRANSPORTS)),
  /** Who reaches the S3 API on Kubernetes, who the console, and who answers DNS. */
  clients: v.optional(v.array(caller)),
  consoleClients: v.optional(v.array(caller)),
  dns: v.optional(v.array(caller)),
});

export type Settings = v.InferOutput<typeof schema>;

/** The drives of a host that nobody gave any. */
export const DEFAULT_DRIVES = { d1: {}, d2: {}, d3: {}, d4: {} };

/** What means nothing where there is no Swarm. */
export const SWARM_SETTINGS = [
  ...(["engine", "endpointAddress", "hostname", "hosts", "hostDefaults", "install"] as const),
  ...(["adopt", "allowOutage", "addressPools", "networkName", "gateway", "mtu", "encrypted", "attachable"] as const),
  ...([
    "adoptNetwork",
    "adoptStore",
    "driver",
    "networkMode",
    "link",
    "mode",
    "minReadySeconds",
    "allowFrom",
    "metrics",
    "buckets",
    "users",
  ] as const),
] satisfies (keyof Settings)[];

/** What means something on Kubernetes alone. */
export const KUBERNETES_SETTINGS = [
  ...(["namespace", "pools", "nodeSelector", "cni", "cniTransport", "clients", "consoleClients", "dns"] as const),
] satisfies (keyof Settings)[];

/** What means something on AWS alone. */
export const AWS_SETTINGS = ["aws"] satisfies (keyof Settings)[];

/** The stack's config, checked. */
export function readSettings(): Settings {
  const config = new pulumi.Config("pulumi-swarm");
  const entries = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith("pulumi-swarm:"));
  const given = entries
    .map((key) => key.slice("pulumi-swarm:".length))
    .map((key) => [key, key === "rootPassword" ? rootPassword(config) : value(config.require(key))]);
  const result = v.safeParse(schema, Object.fromEntries(given));
  if (result.success) return result.output;
  throw new pulumi.RunError(result.issues.map(line).join("\n"));
}

/** Refuses settings that have no meaning in such an environment. */
export function rejectSettings(settings: Settings, names: readonly (keyof Settings)[], kind: string): void {
  const given = names.filter((name) => settings[name] !== undefined);
  if (given.length === 0) return;
  const lines = given.map(
    (name) =>
      `config pulumi-swarm:${name}: has no meaning in ${kind}: take it away with ` +
      `\`pulumi config rm pulumi-swarm:${name}\``,
  );
  throw new pulumi.RunError(lines.join("\n"));
}

/** The drives of hosts, which are folders: of a size is a volume on Kubernetes. */
export function getHostDrives({ drives = DEFAULT_DRIVES }: Settings, kind: string): NonNullable<Settings["drives"]> {
  const sized = Object.entries(drives).filter(([, { size, storageClass }]) => (size ?? storageClass) !== undefined);
  if (sized.length === 0) return drives;
  const problem = `a drive has no size and no storageClass in an environment of kind ${kind}: take them away`;
  throw new pulumi.RunError(sized.map(([key]) => `config pulumi-swarm:drives.${key}: ${problem}`).join("\n"));
}

/** Returns the text as it is: a password may look like JSON. In a plain setting it would be readable in files and state. */
function rootPassword(config: pulumi.Config): string {
  const secrets = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] || "[]") as string[];
  if (secrets.includes("pulumi-swarm:rootPassword")) return config.require("rootPassword");
  throw new pulumi.RunError(
    'config pulumi-swarm:rootPassword "(secret)": is not a secret: set it with ' +
      "`pulumi config set --secret pulumi-swarm:rootPassword`, which asks for it",
  );
}

/** Config values travel as text, structured ones as JSON. What is no JSON is the text itself. */
function value(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function line(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "";
  if (issue.type === "strict_object" && issue.expected !== "never") return `config pulumi-swarm:${path}: is missing`;
  if (issue.type === "strict_object") {
    const known = Object.keys(around(issue).entries).join(", ");
    return `config pulumi-swarm:${path}: there is no such setting: choose one of ${known}`;
  }
  const received = `expected ${issue.expected ?? "something else"}, but it is ${issue.received}`;
  return `config pulumi-swarm:${path}: ${received}: change it with \`pulumi config set pulumi-swarm:${path} …\``;
}

/** A schema, as far as it is walked through here. */
interface Node {
  entries?: object;
  /** Of a record. */
  value?: Node;
  /** Of a list. */
  item?: Node;
  /** Of what is optional. */
  wrapped?: Node;
}

/** The object that the issue is in. */
function around(issue: v.BaseIssue<unknown>): { entries: object } {
  const keys = (issue.path ?? []).slice(0, -1).map(({ key }) => String(key));
  const found = keys.reduce<Node | undefined>((node, key) => {
    const { entries, value, item, wrapped } = node?.wrapped ?? node ?? {};
    return value ?? item ?? wrapped ?? (entries as Record<string, Node> | undefined)?.[key];
  }, schema);
  return { entries: (found?.wrapped ?? found)?.entries ?? {} };
}
