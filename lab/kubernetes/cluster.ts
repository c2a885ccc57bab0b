import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type PackedImage, packImage } from "../../toolchain/docker-image.ts";
import { ensureKubernetes, ensurePolicyEnforcer } from "../../toolchain/kubernetes.ts";
import { run } from "../../toolchain/run.ts";
import { labUnavailableReason } from "../lab.ts";
import { claimFreeSlot, removeLab } from "../remove-lab.ts";
import { LabNetwork } from "../network.ts";
import { installMissing, listMissingPackages, isOnPath } from "../packages.ts";
import { getFirstProcess, startContained } from "../process.ts";
import { ClusterApi } from "./api.ts";
import { API_IS_READY, bootScript } from "./boot.ts";
import { type ClusterConfig, containerdSocket, writeFiles } from "./files.ts";

const NODE = 1;

const PAUSE = "lab.invalid/pause:1";

/** Prints whether a connection is accepted within five seconds. */
const CONNECT = `
const [host, port] = process.argv.slice(-2);
const say = (what) => process.stdout.write(what, () => process.exit());
require("node:net").connect({ host, port }).setTimeout(5000)
  .on("connect", () => say("open")).on("timeout", () => say("silent")).on("error", () => say("refused"));
`;

/** Milliseconds for each step of a start. */
const START_MS = 90_000;

/**
 * A Kubernetes cluster with one node in its own namespaces, on a network that ends at this machine. Pods and Services can
 * be reached from this machine by their addresses; they can reach nothing else.
 */
export interface Cluster {
  api: ClusterApi;
  /** Folder of the node, with the same path on this machine. */
  folder: string;
  hostname: string;
  /** Address of the node and of the API. */
  address: string;
  /** Loads an image into the node, and returns the reference by digest for pods. */
  load(name: string, image: PackedImage): Promise<string>;
  /** Runs a command in a pod's container, and returns its output. */
  exec(pod: string, container: string, ...command: string[]): Promise<string>;
  /** Tests whether a connection from a pod's network namespace is accepted. */
  connects(pod: string, address: string, port: number): Promise<boolean>;
  /** Stops and removes the cluster. */
  stop(): Promise<void>;
}

/** The image of a pod that does nothing. */
export const IDLE_IMAGE = PAUSE;

/** The program that enforces policies, with its Debian package. */
const ENFORCEMENT = { ipset: "ipset" };

/** Returns why policies cannot be enforced on this machine; undefined if they can. */
export function policyEnforcementUnavailableReason(): string | undefined {
  const missing = listMissingPackages(ENFORCEMENT);
  return missing.length > 0 ? `policies are enforced with ${missing.join(", ")}, which is not installed` : undefined;
}

/** Installs the program that enforces policies, if this machine has apt-get. */
export async function installPolicyEnforcement(): Promise<void> {
  if (isOnPath("apt-get")) await installMissing(ENFORCEMENT);
}

/** Returns why no cluster can run on this machine; undefined if one can. */
export function clusterUnavailableReason(): string | undefined {
  if (process.platform === "linux" && !existsSync("/sys/fs/cgroup/cpuset/cpuset.cpus")) {
    return "the cluster needs control groups v1, and this machine has v2";
  }
  return labUnavailableReason();
}

export interface ClusterOptions {
  /** Whether network policies are enforced. @default false */
  enforcesPolicies?: boolean;
}

export async function startCluster({ enforcesPolicies = false }: ClusterOptions = {}): Promise<Cluster> {
  const programs = await ensureKubernetes();
  const enforcer = enforcesPolicies ? join(await ensurePolicyEnforcer(), "network-policies") : undefined;
  const slot = await claimFreeSlot();
  try {
    const network = new LabNetwork(slot);
    const setting: ClusterConfig = {
      folder: join(slot.folder, `host${NODE}`),
      programs,
      enforcer,
      address: network.address(NODE),
      hostname: `node${NODE}`,
      // In the range for benchmarks, next to the labs' addresses.
      podRange: `198.19.${slot.number}.0/24`,
      serviceRange: `198.19.${slot.number + 64}.0/24`,
      cgroup: network.namespace(NODE),
      pause: PAUSE,
    };
    mkdirSync(setting.folder, { recursive: true });
    await network.create();
    await network.addHost(NODE);
    for (const range of [setting.podRange, setting.serviceRange]) {
      await run("ip", ["route", "replace", range, "via", setting.address]);
    }
    const api = new ClusterApi(await writeFiles(setting));
    const stop = async () => {
      api.close();
      await removeLab(slot);
    };
    await boot(setting, api);
    const node = createNode(setting);
    await node.load(PAUSE, pauseImage(programs));
    const { folder, hostname, address } = setting;
    return { api, folder, hostname, address, ...node, stop };
  } catch (error) {
    await removeLab(slot);
    throw error;
  }
}

async function boot(setting: ClusterConfig, api: ClusterApi): Promise<void> {
  const { folder, cgroup, hostname } = setting;
  const script = join(folder, "boot");
  writeFileSync(script, bootScript(setting), { mode: 0o755 });
  const own = ["--mount", "--uts", "--ipc", "--mount-proc", "--propagation", "private"];
  const log = join(folder, "boot.log");
  const machine = startContained({ namespace: cgroup, own, program: [script], folder, log });
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (const end = Date.now() + START_MS; !(await holds().catch(() => false)); await pause(100)) {
      const why = machine.exitCode !== null ? "the machine ended" : Date.now() > end ? "took too long" : "";
      if (why !== "") throw new Error(`cluster: ${what}: ${why}\n${readFileSync(log, "utf8").slice(-2_000)}`);
    }
  };
  await until("API", async () => (await api.get("/readyz")).status === 200);
  writeFileSync(join(folder, API_IS_READY), "");
  await until("node", async () => {
    const { body } = await api.get<{ status: { conditions: { type: string; status: string }[] } }>(
      `/api/v1/nodes/${hostname}`,
    );
    return body.status.conditions.some(({ type, status }) => type === "Ready" && status === "True");
  });
}

function createNode({ folder }: ClusterConfig): Pick<Cluster, "load" | "exec" | "connects"> {
  const onNode = (...command: string[]) => {
    const pid = getFirstProcess(folder);
    if (pid === undefined) throw new Error("cluster: its machine does not run");
    const target = ["--target", String(pid), "--mount", "--uts", "--net", "--pid"];
    return run("nsenter", [...target, ...command], { timeoutMs: 60_000 });
  };
  const ctr = (...args: string[]) => onNode("ctr", "--address", containerdSocket(folder), "-n", "k8s.io", ...args);
  return {
    load: async (name, { archive }) => {
      const file = join(folder, "image.tar");
      writeFileSync(file, archive);
      await ctr("images", "import", file);
      // containerd lists the name with the default registry.
      const list = await ctr("images", "ls", `name~=${name}`);
      const [, listed, repository, digest] = /^((\S+):\S+)\s.*(sha256:[0-9a-f]{64})/m.exec(list) ?? [];
      if (!listed || !repository || !digest) throw new Error(`cluster: containerd does not list ${name}: ${list}`);
      await ctr("images", "tag", "--force", listed, `${repository}@${digest}`);
      return `${name}@${digest}`;
    },
    connects: async (pod, address, port) => {
      const [id] = (await ctr("containers", "ls", "-q", `labels."io.kubernetes.pod.name"==${pod}`)).split("\n");
      const pid = new RegExp(`^${id}\\s+(\\d+)`, "m").exec(await ctr("tasks", "ls"))?.[1];
      if (!id || pid === undefined) throw new Error(`cluster: no process of ${pod}`);
      const output = await onNode(
        "nsenter",
        "--target",
        pid,
        "--net",
        process.execPath,
        "-e",
        CONNECT,
        address,
        String(port),
      );
      return output === "open";
    },
    exec: async (pod, container, ...command) => {
      const filter = `labels."io.kubernetes.pod.name"==${pod},labels."io.kubernetes.container.name"==${container}`;
      const [id] = (await ctr("containers", "ls", "-q", filter)).split("\n");
      if (!id) throw new Error(`cluster: no container ${container} of ${pod}`);
      return ctr("tasks", "exec", "--exec-id", `test-${Date.now()}`, id, ...command);
    },
  };
}

function pauseImage(programs: string): PackedImage {
  const content = readFileSync(join(programs, "pause"));
  const files = [{ name: "pause", mode: 0o755, content }];
  return packImage({ files, entrypoint: ["/pause"], env: [], labels: {} }, () => PAUSE);
}
