import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { LabHost } from "../../test/lab/lab.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { say } from "../../toolchain/progress.ts";
import { workingConfig } from "../support/config.ts";
import { ensureToolchain, openSession, pulumiOutput } from "../support/pulumi.ts";
import { openState, stackFile } from "../support/state.ts";

/** The stack on a lab's hosts. Its file is none that git keeps. */
export const LAB_STACK = "lab";

const FILE = join(ROOT, `Pulumi.${LAB_STACK}.yaml`);

/** Managers beyond these make a Swarm slower, not safer. */
const MANAGERS = 3;

const COMMENT = `# The hosts of \`npm run lab -- up\`; written by it, and removed by \`npm run lab -- down\`.
# The network is not encrypted: the hosts share this machine's kernel, and their namespaces carry no ESP between them.
`;

export interface LabStack {
  /** How many disks each host has; a store on none of them keeps its data in volumes. */
  disks: number;
}

/** Writes the stack file that points at a lab. */
export function writeLabStack(hosts: readonly LabHost[], stack: LabStack): void {
  writeFileSync(
    FILE,
    COMMENT + stringify({ config: labConfig(hosts, stack) }, { lineWidth: 0, aliasDuplicateObjects: false }),
  );
}

/** What the stack of those hosts says. */
export function labConfig(
  hosts: readonly Pick<LabHost, "number" | "hostname" | "address" | "ssh">[],
  { disks }: LabStack,
): Record<string, unknown> {
  const managers = hosts.length < MANAGERS ? 1 : MANAGERS;
  const numbers = Array.from({ length: disks }, (_, at) => at + 1);
  const drives = Object.fromEntries(numbers.map((number) => [`d${number}`, { path: `/mnt/disk${number}` }]));
  return {
    "pulumi-swarm:stack": "ssh",
    "pulumi-swarm:encrypted": false,
    "pulumi-swarm:hosts": Object.fromEntries(
      hosts.map(({ number, hostname, address, ssh }) => [
        hostname,
        {
          address,
          user: ssh.user,
          identityFile: ssh.identityFile,
          hostKey: ssh.hostKey,
          role: number <= managers ? "manager" : "worker",
          ...(disks > 0 && { drives }),
        },
      ]),
    ),
  };
}

/** Removes the stack with its state: what that speaks of went with the hosts. */
export async function forgetLabStack(): Promise<void> {
  const state = openState();
  if (existsSync(stackFile(state, LAB_STACK))) {
    const session = await openSession(await ensureToolchain(), state, LAB_STACK);
    say(`stack ${LAB_STACK}: removing the state of hosts that are gone`);
    await pulumiOutput(session, ["stack", "rm", LAB_STACK, "--force", "--yes", "--preserve-config"]);
  }
  const { path, basePath } = workingConfig(state, LAB_STACK);
  for (const file of [FILE, path, basePath]) rmSync(file, { force: true });
}
