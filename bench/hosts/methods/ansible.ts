import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabHost } from "../../../lab/lab.ts";
import { cacheKey, ensureCached } from "../../../toolchain/cache.ts";
import { progress } from "../../../toolchain/progress.ts";
import { canRun, run } from "../../../toolchain/run.ts";
import { MANAGERS, type Method } from "./method.ts";

/** Ansible with its collections, and what community.docker needs on the hosts, which share this machine's disk. */
const PACKAGES = ["ansible==12.3.0", "docker==7.2.0", "requests==2.34.2"];

/** Why Ansible cannot be had here; undefined when it can. */
export async function ansibleUnavailableReason(): Promise<string | undefined> {
  // Debian has `venv` in a package of its own.
  if (await canRun("python3", ["-c", "import venv, ensurepip"])) return undefined;
  return "Ansible is installed with python3 and its module venv, and one of them is missing";
}

/** Ansible as it is: with its own defaults, but for the folders that it leaves things in. */
export async function createAnsibleMethod(): Promise<Method> {
  const python = join(await obtainAnsible(), "bin", "python3");
  const folders: string[] = [];
  return {
    async build(hosts, image) {
      // Connections that are kept open are those of this run alone.
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
      // Its own scripts know the folder that they were installed in, which was renamed since.
      await run(python, ["-m", "ansible", "playbook", "--inventory", list, playbook], { cwd: folder, env });
    },
    cleanUp() {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The playbook's hosts, in the form that Ansible reads as YAML. */
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
