import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabHost } from "../../../lab/lab.ts";
import { cacheKey, ensureCached } from "../../../toolchain/cache.ts";
import { progress } from "../../../toolchain/progress.ts";
import { canRun, run } from "../../../toolchain/run.ts";
import { MANAGERS, type Method } from "./method.ts";

/** Ansible, and what community.docker needs on the hosts, which share this machine's disk. */
const PACKAGES = ["ansible==12.3.0", "docker==7.2.0", "requests==2.34.2"];

/** Returns why Ansible cannot be installed here; undefined if it can. */
export async function ansibleUnavailableReason(): Promise<string | undefined> {
  // In Debian, `venv` is a separate package.
  if (await canRun("python3", ["-c", "import venv, ensurepip"])) return undefined;
  return "Ansible is installed with python3 and its module venv, and one of them is missing";
}

/** Uses Ansible with its defaults, except for its folders. */
export async function createAnsibleMethod(): Promise<Method> {
  const python = join(await obtainAnsible(), "bin", "python3");
  const folders: string[] = [];
  return {
    async build(hosts, image) {
      // A new folder, so that no connection of an earlier run is reused.
      const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-bench-"));
      folders.push(folder);
      const list = join(folder, "inventory.json");
      writeFileSync(list, JSON.stringify(inventory(hosts, image, python)));
      mkdirSync(join(folder, "remote"));
      const env = {
        ...process.env,
        ANSIBLE_HOME: folder,
        ANSIBLE_REMOTE_TMP: join(folder, "remote"),
        ANSIBLE_LOCALHOST_WARNING: "false",
      };
      const playbook = join(import.meta.dirname, "playbook.yaml");
      // Run as a module: the installed scripts contain the original path of the folder, which was renamed.
      await run(python, ["-m", "ansible", "playbook", "--inventory", list, playbook], { cwd: folder, env });
    },
    cleanUp() {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the inventory as JSON, which is valid YAML. */
export function inventory(
  hosts: readonly Pick<LabHost, "number" | "hostname" | "address" | "ssh">[],
  image: string,
  python: string,
): object {
  const all = hosts.map(({ hostname, address, ssh: { user, identityFile, knownHosts } }) => [
    hostname,
    {
      address,
      ansible_host: address,
      ansible_user: user,
      ansible_ssh_private_key_file: identityFile,
      ansible_ssh_common_args: `-F none -o UserKnownHostsFile=${knownHosts}`,
      ansible_python_interpreter: python,
    },
  ]);
  const managers = hosts.filter(({ number }) => number <= MANAGERS).map(({ hostname }) => [hostname, {}]);
  return {
    all: {
      vars: { image },
      hosts: Object.fromEntries(all),
      children: { managers: { hosts: Object.fromEntries(managers) } },
    },
  };
}

function obtainAnsible(): Promise<string> {
  const name = "ansible";
  return ensureCached({
    name,
    key: cacheKey("12.3.0", PACKAGES),
    create: (folder) =>
      progress("installing Ansible", async () => {
        await run("python3", ["-m", "venv", folder]);
        await run(join(folder, "bin", "python3"), ["-m", "pip", "install", "--quiet", ...PACKAGES]);
      }),
  });
}
