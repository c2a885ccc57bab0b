import { createHash } from "node:crypto";
import { WITH_ROOT_PROGRAMS } from "../shared/shell-text.ts";
import { type Chain, chainsOf, type PortFilter } from "./rules.ts";

/** Where a host keeps what has to be there again after it was started. */
const FOLDER = "/etc/pulumi-swarm/firewall";
const UNIT = "/etc/systemd/system/pulumi-swarm-firewall@.service";

/** Runs before the engine does, so that no port is open to all meanwhile; the engine leaves DOCKER-USER as it is. */
const UNIT_TEXT = `[Unit]
Description=Who may reach published ports (pulumi-swarm, %i)
Before=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${FOLDER}/%i.sh

[Install]
WantedBy=docker.service multi-user.target
`;

/** Runs what comes over standard input as root. */
export const AS_ROOT = `
${WITH_ROOT_PROGRAMS}
if [ "$(id -u)" = 0 ]; then exec sh; fi
if sudo -n true 2>/dev/null; then exec sudo -n sh; fi
echo "user $(id -un) may not become root there: log in as root, or let the user run sudo without a password" >&2
exit 1
`;

/** A word of `installScript`: there is nothing on the host that would set the rules again after a start. */
export const TRANSIENT = "transient";

/** Sets the rules, and has them set again whenever the host starts. */
export function installScript(filter: PortFilter): string {
  const file = fileOf(filter);
  return `${HEAD}
command -v iptables-restore >/dev/null || { echo "iptables is not installed there" >&2; exit 1; }
# For a moment there is no such rule: an engine that makes a network takes it away and puts it first again.
looks=0
until iptables -w -C FORWARD -j DOCKER-USER 2>/dev/null; do
  looks=$((looks + 1))
  [ "$looks" -lt 5 ] || {
    echo "the engine there sets no rules of iptables, so that none could keep anybody from its ports" >&2; exit 1
  }
  sleep 1
done
mkdir -p ${FOLDER}
${heredoc(`cat >${file}.new`, bootScript(filter))}
mv ${file}.new ${file}
sh ${file}
if [ -d /run/systemd/system ]; then
${heredoc(`cat >${UNIT}`, UNIT_TEXT)}
  systemctl daemon-reload
  systemctl enable --quiet ${unitOf(filter)}
else
  echo ${TRANSIENT}
fi
`;
}

/** Prints a line for everything that is not as it was set; nothing when all is. */
export function lookScript(filter: PortFilter): string {
  const { ipv4, ipv6 } = chainsOf(filter);
  return `${HEAD}
same() { [ "$2" = "$3" ] || echo "$1"; }
${ipv4.map((chain) => compared("iptables", chain)).join("\n")}
if [ -e /proc/net/if_inet6 ]; then
${ipv6.map((chain) => compared("ip6tables", chain)).join("\n")}
fi
same ${fileOf(filter)} "$(sha256sum <${fileOf(filter)} 2>/dev/null | cut -c 1-64)" ${sha256(bootScript(filter))}
if [ -d /run/systemd/system ]; then
  systemctl is-enabled --quiet ${unitOf(filter)} || echo ${unitOf(filter)}
fi
`;
}

/** Takes away what `installScript` made, and nothing else. */
export function removeScript(filter: PortFilter): string {
  const { ipv4, ipv6 } = chainsOf(filter);
  return `${HEAD}
if [ -d /run/systemd/system ]; then systemctl disable --quiet ${unitOf(filter)} 2>/dev/null || true; fi
${ipv4.map((chain) => removed("iptables", chain)).join("\n")}
${ipv6.map((chain) => removed("ip6tables", chain)).join("\n")}
# An engine that leaves IPv6 alone made no such chain; one that is in use stays.
ip6tables -w -X DOCKER-USER 2>/dev/null || true
rm -f ${fileOf(filter)}
if rmdir ${FOLDER} 2>/dev/null; then rm -f ${UNIT}; rmdir /etc/pulumi-swarm 2>/dev/null || true; fi
`;
}

const HEAD = `set -e
umask 022
${WITH_ROOT_PROGRAMS}`;

/** What runs at every start: it is complete in itself. */
function bootScript(filter: PortFilter): string {
  const { ipv4, ipv6 } = chainsOf(filter);
  return `#!/bin/sh
# Who may reach the ports ${filter.ports.join(", ")} of ${inOneLine(filter.title)}. pulumi-swarm writes this file anew.
set -e
${WITH_ROOT_PROGRAMS}
lead() {
  "$1" -w -N "$2" 2>/dev/null || true
  "$1" -w -C "$2" -j "$3" 2>/dev/null || "$1" -w -I "$2" 1 -j "$3"
}
${heredoc("iptables-restore -w --noflush", restored(ipv4))}
${led("iptables", ipv4)}
[ -e /proc/net/if_inet6 ] || exit 0
${heredoc("ip6tables-restore -w --noflush", restored(ipv6))}
${led("ip6tables", ipv6)}
`;
}

/** All chains at once: at no moment one is half there. */
function restored(chains: Chain[]): string {
  const declared = chains.map(({ name }) => `:${name} - [0:0]`);
  return ["*filter", ...declared, ...chains.flatMap(({ rules }) => rules), "COMMIT"].join("\n");
}

function led(program: string, chains: Chain[]): string {
  return chains.map(({ from, name }) => `lead ${program} ${from} ${name}`).join("\n");
}

/** A chain's rules, and that its parent leads there before it lets everything pass. */
function compared(program: string, { from, name, rules }: Chain): string {
  return `same "${program} ${name}" "$(${program} -w -S ${name} 2>/dev/null | sed 1d)" "${rules.join("\n")}"
same "${program} ${from}" "$(${program} -w -S ${from} 2>/dev/null | sed -n '/^-A ${from} -j RETURN$/q;/^-A ${from} -j ${name}$/{p;q}')" "-A ${from} -j ${name}"`;
}

function removed(program: string, { from, name }: Chain): string {
  return `while ${program} -w -D ${from} -j ${name} 2>/dev/null; do :; done
${program} -w -F ${name} 2>/dev/null && ${program} -w -X ${name} 2>/dev/null || true`;
}

/** A text as a command's input. One may hold another. */
function heredoc(command: string, text: string): string {
  const end = text.includes("END_OF_TEXT") ? "END_OF_ALL" : "END_OF_TEXT";
  return `${command} <<'${end}'\n${text.trimEnd()}\n${end}`;
}

const inOneLine = (text: string) => text.replaceAll(/[^ -~]/g, "?");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const fileOf = ({ chain }: Pick<PortFilter, "chain">) => `${FOLDER}/${chain}.sh`;
const unitOf = ({ chain }: Pick<PortFilter, "chain">) => `pulumi-swarm-firewall@${chain}.service`;
