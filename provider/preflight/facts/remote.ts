import type { EngineConnection } from "../../../engine/engine-connection.ts";
import { FACTS_TIMEOUT_MS } from "../../../engine/timeouts.ts";
import { runRemoteScript } from "../../../engine/ssh-shell.ts";
import { UnreachableError } from "../../../engine/unreachable.ts";
import { lastLine } from "../../../engine/last-line.ts";
import { SECTION_FUNCTION, parseSections, PATH_WITH_SBIN } from "../../../engine/shell-quoting.ts";
import { DRIVE_FUNCTION, driveCommands } from "./drive.ts";
import { FACT_FILES, type KernelSupport, type MachineFacts, parseFactFiles, TCP_LISTEN } from "./machine.ts";

/**
 * Reads the facts of a machine over ssh. Changes nothing.
 *
 * @param folders the folders of its drives
 * @throws UnreachableError if ssh fails, the time limit passes, or the output is not that of the script.
 */
export async function readRemoteFacts(connection: EngineConnection, folders: readonly string[]): Promise<MachineFacts> {
  const asked = Date.now();
  const { stdout, stderr } = await runRemoteScript(connection, factsScript(folders), { timeoutMs: FACTS_TIMEOUT_MS });
  const answered = Date.now();
  if (!parseSections(stdout).has(LAST_SECTION)) {
    // Another program may have answered, such as a restricted shell.
    const output = lastLine(stderr) ?? lastLine(stdout) ?? "nothing";
    throw new UnreachableError(connection.host, `a script there did not run to its end; it printed: ${output}`);
  }
  return parseFacts(stdout, { asked, answered });
}

/** The last section of the output. Without it the output is incomplete. */
const LAST_SECTION = "clock-at-end";

/** Prints the files. A busy machine has tens of thousands of connections, so only listening sockets are printed. */
const PRINT_FILES = Object.entries(FACT_FILES)
  .map(([section, path]) => {
    const print = section.startsWith("tcp") ? `grep ' ${TCP_LISTEN} '` : "cat";
    return `section ${section}; ${print} ${path} 2>/dev/null`;
  })
  .join("\n");

/**
 * Returns the script that prints the facts in sections, which begin with `== name`. Missing programs leave their section
 * empty.
 */
export const factsScript = (folders: readonly string[]) => `
${PATH_WITH_SBIN}
${SECTION_FUNCTION}
${DRIVE_FUNCTION}
config() { zcat /proc/config.gz 2>/dev/null || cat "/boot/config-$(uname -r)" 2>/dev/null; }
# Loaded, built in, or a loadable module. "no" only if it is certainly missing.
kernel() {
  section "kernel $1"
  if [ -d "/sys/module/$1" ] || config | grep -q "^$2=y"; then echo yes
  elif modprobe --dry-run --quiet "$1" 2>/dev/null; then echo yes
  elif config | grep -q "^# $2 is not set"; then echo no
  elif command -v modprobe >/dev/null && [ -e "/lib/modules/$(uname -r)/modules.dep" ]; then echo no
  else echo unknown
  fi
}
section clock; date +%s.%N
${PRINT_FILES}
section machine-id; cat /etc/machine-id 2>/dev/null
section boot-id; cat /proc/sys/kernel/random/boot_id 2>/dev/null
section addresses; ip -o addr show 2>/dev/null
section links; ip -o link show 2>/dev/null
kernel vxlan CONFIG_VXLAN
kernel esp4 CONFIG_INET_ESP
kernel macvlan CONFIG_MACVLAN
kernel ipvlan CONFIG_IPVLAN
# Only root sees the programs. sudo reports failed attempts to the administrator, so check the groups first.
section holders; { ss -Hltnp 'sport = :7946 or sport = :2377' || true; } 2>/dev/null
section root; { [ "$(id -u)" = 0 ] || { id -nG | grep -qwE 'sudo|wheel' && sudo -n true; }; } >/dev/null 2>&1 && echo yes
section python; command -v python3
# Local file systems only: remote ones may hang.
section space; df -Pkl 2>/dev/null
${driveCommands(folders)}
section ${LAST_SECTION}; date +%s.%N
`;

/** Parses the output of `factsScript`, which ran between two times of this machine's clock, in milliseconds. */
export function parseFacts(printed: string, during: { asked: number; answered: number }): MachineFacts {
  const sections = parseSections(printed);
  const section = (name: string) => sections.get(name) ?? "";
  return {
    ...parseFactFiles(sections),
    portHolders: parsePortHolders(section("holders")),
    machineId: section("machine-id") || undefined,
    bootId: section("boot-id") || undefined,
    clock: parseClock(section("clock"), section(LAST_SECTION), during),
    addresses: nonEmpty(parseAddresses(section("addresses"))),
    mtus: parseMtus(section("links")),
    kernel: {
      vxlan: parseKernelSupport(section("kernel vxlan")),
      esp: parseKernelSupport(section("kernel esp4")),
      macvlan: parseKernelSupport(section("kernel macvlan")),
      ipvlan: parseKernelSupport(section("kernel ipvlan")),
    },
    space: parseDiskSpace(section("space")),
    hasPython: section("python") !== "",
    hasRoot: section("root") === "yes",
  };
}

/**
 * Bounds the clock difference: the first reading was after `asked`, the last one before `answered`. Without nanoseconds
 * a reading is only accurate to the second.
 */
function parseClock(
  first: string,
  second: string,
  { asked, answered }: { asked: number; answered: number },
): MachineFacts["clock"] {
  const [told, later] = [milliseconds(first), milliseconds(second)];
  if (told === undefined || later === undefined) return undefined;
  const unsure = /^\d+\.\d/.test(first) ? 0 : 1000;
  return { least: Math.round(later - answered), most: Math.round(told + unsure - asked) };
}

function milliseconds(text: string): number | undefined {
  const [seconds] = /^\d+(\.\d+)?/.exec(text) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** `LISTEN 0 4096 *:7946 *:* users:(("dockerd",pid=940,fd=35))`. */
function parsePortHolders(text: string): Record<number, string> | undefined {
  const holders = text.split("\n").flatMap((line) => {
    const [, port, program] = /:(\d+)\s+\S+\s+users:\(\("([^"]+)"/.exec(line) ?? [];
    return program === undefined ? [] : [[Number(port), program] as const];
  });
  return holders.length > 0 ? Object.fromEntries(holders) : undefined;
}

/** `2: eth0    inet 10.0.0.1/24 brd …`. */
function parseAddresses(text: string): NonNullable<MachineFacts["addresses"]> {
  return text.split("\n").flatMap((line) => {
    const [, device, address] = /^\d+:\s+(\S+)\s+inet6?\s+([^\s/]+)/.exec(line) ?? [];
    return device !== undefined && address !== undefined ? [{ device, address }] : [];
  });
}

/** `2: eth0@if5: <…> mtu 1500 …`. */
function parseMtus(text: string): Record<string, number> {
  const links = text.split("\n").flatMap((line) => {
    const [, device, mtu] = /^\d+:\s+([^\s:@]+)\S*\s.*?\bmtu (\d+)/.exec(line) ?? [];
    return device === undefined ? [] : [[device, Number(mtu)] as const];
  });
  return Object.fromEntries(links);
}

function parseKernelSupport(output: string): KernelSupport {
  return output === "yes" || output === "no" ? output : "unknown";
}

/** `df -Pkl`: a header line, then `device total used free used% mount-point`, in KiB. */
function parseDiskSpace(text: string): NonNullable<MachineFacts["space"]> {
  const spaces = text.split("\n").flatMap((line) => {
    const [, total, free, path] = /\s(\d+)\s+\d+\s+(\d+)\s+\d+%\s(.*)$/.exec(line) ?? [];
    return path === undefined ? [] : [[path, { total: Number(total) * 1024, free: Number(free) * 1024 }] as const];
  });
  return Object.fromEntries(spaces);
}

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
