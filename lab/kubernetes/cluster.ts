import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type PackedImage, packImage } from "../../toolchain/docker-image.ts";
import { ensureKubernetes, ensurePolicyEnforcer } from "../../toolchain/kubernetes.ts";
import { run } from "../../toolchain/run.ts";
import { claimFreeSlot, removeLab, labUnavailableReason } from "../lab.ts";
import { LabNetwork } from "../network.ts";
import { installMissing, listMissingPackages, isOnPath } from "../packages.ts";
import { getFirstProcess, startContained } from "../process.ts";
import { ClusterApi } from "./api.ts";
import { API_IS_READY, bootScript } from "./boot.ts";
import { type ClusterConfig, containerdSocket, writeFiles } from "./files.ts";

const NODE = 1;

const PAUSE = "lab.invalid/pause:1";

/** Says whether a connection is taken: what is not answered within some seconds is not. */
const CONNECT = `
const [host, port] = process.argv.slice(-2);
const say = (what) => process.stdout.write(what, () => process.exit());
require("node:net").connect({ host, port }).setTimeout(5000)
  .on("connect", () => say("open")).on("timeout", () => say("silent")).on("error", () => say("refused"));
`;

/** Milliseconds for each step of a start. */
const START_MS = 90_000;

/**
 * A Kubernetes of one node in namespaces of its own, on a network that ends at this machine: pods and Services are
 * reached from here by their addresses, and nothing else is reached from there.
 */
export interface Cluster {
  api: ClusterApi;
  /** Folder of the node, the same on this machine. */
  folder: string;
  hostname: string;
  /** The node's, where the API is as well. */
  address: string;
  /** Gives the node an image; gives back the reference by digest that pods may name. */
  load(name: string, image: PackedImage): Promise<string>;
  /** Runs a command in the container of that name of a pod, and gives back what it printed. */
  exec(pod: string, container: string, ...command: string[]): Promise<string>;
  /** Whether a connection from within a pod, of whatever is in it, is taken. */
  connects(pod: string, address: string, port: number): Promise<boolean>;
  /** Ends everything and leaves nothing of the cluster. */
  stop(): Promise<void>;
}

/** The image of a pod that is there and does nothing. */
export const IDLE_IMAGE = PAUSE;

/** What policies are enforced with, and the Debian package that carries it. */
const ENFORCEMENT = { ipset: "ipset" };

/** Why no cluster's policies can be enforced here; undefined when they can. */
export function policyEnforcementUnavailableReason(): string | undefined {
  const missing = listMissingPackages(ENFORCEMENT);
  return missing.length > 0 ? `policies are enforced with ${missing.join(", ")}, which is not installed` : undefined;
}

/** Installs what policies are enforced with, where there is an apt-get to do so. */
export async function installPolicyEnforcement(): Promise<void> {
  if (isOnPath("apt-get")) await installMissing(ENFORCEMENT);
}

/** Why no cluster can be had here; undefined when one can. */
export function clusterUnavailableReason(): string | undefined {
  if (process.platform === "linux" && !existsSync("/sys/fs/cgroup/cpuset/cpuset.cpus")) {
    return "the cluster is laid out for control groups of the first version, and this machine has the second";
  }
  return labUnavailableReason();
}

export interface ClusterOptions {
  /** Has network policies enforced. */
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
      // Beside the labs' own addresses in the range for benchmarks.
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
      // Listed as containerd calls it: with the registry that the name leaves out.
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
      const answer = await onNode(
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
      return answer === "open";
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
