import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { LabHost } from "../../lab/lab.ts";
import { readIfExists, writeIfChanged } from "../../toolchain/cache.ts";
import { say } from "../../toolchain/progress.ts";
import { effectiveConfig, readStackFile, workingConfig } from "../lib/config.ts";
import { ensureToolchain, openSession, readPulumiOutput } from "../lib/pulumi.ts";
import { readCheckpoint, type StateFolder, stackFile, type StoredResource } from "../lib/state.ts";

/** The name of the stack on a lab's hosts. Git ignores its file. */
export const LAB_STACK = "lab";

const labStackFile = ({ project }: StateFolder) => join(project, `Pulumi.${LAB_STACK}.yaml`);

/** The maximum number of managers: more make a lab's Swarm slower, not safer. */
const MAX_MANAGERS = 3;

const COMMENT = `# The hosts of \`npm run lab -- up\`; written by it, and removed by \`npm run lab -- down\`.
# The network is not encrypted: the hosts share this machine's kernel, and their namespaces carry no ESP between them.
`;

export interface LabStack {
  /** The number of disks of each host. Without any, a store keeps its data in volumes. */
  disks: number;
}

/** Writes the stack file for a lab's hosts, and records that the lab owns the stack. */
export function writeLabStack(
  state: StateFolder,
  hosts: readonly Pick<LabHost, "number" | "hostname" | "address" | "ssh">[],
  stack: LabStack,
): void {
  const record: LabRecord = { addresses: hosts.map(({ address }) => address) };
  writeIfChanged(recordFile(state), JSON.stringify(record), 0o600);
  const text = stringify({ config: labConfig(hosts, stack) }, { lineWidth: 0, aliasDuplicateObjects: false });
  writeIfChanged(labStackFile(state), COMMENT + text);
}

/** Returns the stack's config. */
export function labConfig(
  hosts: readonly Pick<LabHost, "number" | "hostname" | "address" | "ssh">[],
  { disks }: LabStack,
): Record<string, unknown> {
  const managers = hosts.length < MAX_MANAGERS ? 1 : MAX_MANAGERS;
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

/** A record of the file that the lab wrote, which distinguishes it from the user's own file. */
interface LabRecord {
  addresses: string[];
}

const recordFile = ({ path }: StateFolder) => join(path, "lab.json");

/**
 * Returns why the lab must not remove the stack: someone else wrote its file, state or configuration, or it now names
 * other hosts. Undefined if the lab owns all of it.
 */
export function labStackProblem(state: StateFolder): string | undefined {
  const file = labStackFile(state);
  const text = readIfExists(file);
  const hasState = existsSync(stackFile(state, LAB_STACK));
  const working = workingConfig(state, LAB_STACK).path;
  if (text === undefined && !hasState && !existsSync(working)) return undefined;
  const record = JSON.parse(readIfExists(recordFile(state)) ?? "null") as LabRecord | null;
  const first =
    text !== undefined ? `Pulumi.${LAB_STACK}.yaml` : hasState ? `the state of stack ${LAB_STACK}` : working;
  if (!record || (text !== undefined && !text.startsWith(COMMENT)))
    return `${first}: was not written by \`npm run lab\``;
  const hosts = [readStackFile(state, LAB_STACK).config, effectiveConfig(state, LAB_STACK)].flatMap(
    configuredAddresses,
  );
  const members = (hasState ? (readCheckpoint(state, LAB_STACK).resources ?? []) : []).flatMap(recordedAddresses);
  const other = [...hosts, ...members].find((address) => !record.addresses.includes(address));
  return other && `stack ${LAB_STACK}: has the host ${other}, which does not belong to the lab`;
}

function configuredAddresses(config: Record<string, unknown> = {}): string[] {
  const hosts = (config["pulumi-swarm:hosts"] ?? {}) as Record<string, { address?: unknown } | null>;
  return Object.values(hosts).map((host) => String(host?.address));
}

function recordedAddresses({ type, inputs }: StoredResource): string[] {
  const address = inputs?.["advertiseAddress"];
  return type === "swarm:index:Member" && typeof address === "string" ? [address] : [];
}

/**
 * Removes the stack with its state, after its hosts were removed. Call it only if `labStackProblem` finds no problem.
 */
export async function removeLabStack(state: StateFolder): Promise<void> {
  if (existsSync(stackFile(state, LAB_STACK))) {
    const session = await openSession(await ensureToolchain(), state, LAB_STACK);
    say(`stack ${LAB_STACK}: removing the state of hosts that are gone`);
    await readPulumiOutput(session, ["stack", "rm", LAB_STACK, "--force", "--yes", "--preserve-config"]);
  }
  const { path, basePath } = workingConfig(state, LAB_STACK);
  for (const file of [labStackFile(state), path, basePath, recordFile(state)]) rmSync(file, { force: true });
}
