import type { Owner } from "../../core/labels.ts";
import { shellQuote, PATH_WITH_SBIN } from "../../engine/shell-quoting.ts";
import { type Chain, CHAIN_PREFIX, buildChains, type PortFilter } from "./firewall-rules.ts";

/** Folder on the host with the scripts that restore the rules at boot. */
const FOLDER = "/etc/pulumi-swarm/firewall";
const UNIT = "/etc/systemd/system/pulumi-swarm-firewall@.service";

/** Runs before the engine starts, so that no port is open meanwhile. The engine does not change DOCKER-USER. */
const UNIT_TEXT = `[Unit]
Description=Firewall rules for published ports (pulumi-swarm, %i)
Before=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${FOLDER}/%i.sh

[Install]
WantedBy=docker.service multi-user.target
`;

/** Shell script that runs its standard input as root. */
export const RUN_AS_ROOT = `
${PATH_WITH_SBIN}
if [ "$(id -u)" = 0 ]; then exec sh; fi
if sudo -n true 2>/dev/null; then exec sudo -n sh; fi
echo "user $(id -un) may not become root there: log in as root, or let the user run sudo without a password" >&2
exit 1
`;

/** Output of `installScript` on a host without systemd, where nothing restores the rules at boot. */
export const TRANSIENT = "transient";

/** A filter and its owner. */
export interface OwnedFilter {
  filter: PortFilter;
  owner: Owner;
}

/** Shell commands that fail if the host cannot filter packets. */
export const REQUIREMENTS = `
command -v iptables-restore >/dev/null || { echo "iptables is not installed there" >&2; exit 1; }
# The rule may be missing for a moment: creating a network, the engine removes it and inserts it first again.
tries=0
until refusal=$(iptables -w -C FORWARD -j DOCKER-USER 2>&1); do
  case $refusal in *[Pp]ermission*|*"must be root"*) echo "$refusal" >&2; exit 1 ;; esac
  tries=$((tries + 1))
  [ "$tries" -lt 5 ] || {
    echo "the engine there does not manage iptables, so its ports cannot be filtered" >&2; exit 1
  }
  sleep 1
done
`;

/**
 * Returns the script that installs the rules, now and at every boot.
 *
 * @param oldName the owner's name in the installed rules
 */
export function installScript({ filter, owner }: OwnedFilter, oldName = owner.name): string {
  const file = scriptPath(filter);
  return `${PREAMBLE}
${REQUIREMENTS}
${checkOwner(filter, owner, [owner.name, oldName])}
if [ "$held" = no ]; then
  echo "chain ${filter.chain} there belongs to another resource (identity and name: $by): choose another name, or remove ${file} there if that resource is gone" >&2
  exit 1
fi
mkdir -p ${FOLDER}
${heredoc(`cat >${file}.new`, bootScript({ filter, owner }))}
mv ${file}.new ${file}
sh ${file}
if [ -d /run/systemd/system ]; then
${heredoc(`cat >${UNIT}`, UNIT_TEXT)}
  systemctl daemon-reload
  systemctl enable --quiet ${unitName(filter)}
else
  echo ${TRANSIENT}
fi
`;
}

/** Returns the script that removes what `installScript` installed, unless it belongs to another owner. */
export function removeScript({ filter, owner }: OwnedFilter): string {
  const { ipv4, ipv6 } = buildChains(filter);
  return `${PREAMBLE}
${checkOwner(filter, owner, [owner.name])}
if [ "$held" = no ]; then echo "chain ${filter.chain} stays: it belongs to $by"; exit 0; fi
if [ -d /run/systemd/system ]; then systemctl disable --quiet ${unitName(filter)} 2>/dev/null || true; fi
${ipv4.map((chain) => removeCommands("iptables", chain)).join("\n")}
${ipv6.map((chain) => removeCommands("ip6tables", chain)).join("\n")}
# Only exists if we created it, as the engine does not manage IPv6; iptables keeps a chain that is in use.
ip6tables -w -X DOCKER-USER 2>/dev/null || true
rm -f ${scriptPath(filter)}
if rmdir ${FOLDER} 2>/dev/null; then rm -f ${UNIT}; rmdir /etc/pulumi-swarm 2>/dev/null || true; fi
`;
}

export const PREAMBLE = `set -e
umask 022
${PATH_WITH_SBIN}`;

/** Returns the self-contained script that runs at every boot. */
export function bootScript({ filter, owner }: OwnedFilter): string {
  const { ipv4, ipv6 } = buildChains(filter);
  return `#!/bin/sh
# Which addresses may reach ports ${filter.ports.join(", ")} of ${toOneLine(filter.title)}. pulumi-swarm overwrites this file.
${OWNER_LINE}${ownerText(owner, owner.name)}
set -e
${PATH_WITH_SBIN}
# Prints yes if a chain jumps to another before any rule that is not ours.
leads() {
  "$1" -w -S "$2" | sed 1d | while read -r rule; do
    case $rule in
    "-A $2 -j $3") echo yes; break ;;
    "-A $2 -j ${CHAIN_PREFIX}"* | "-A FORWARD -j DOCKER-USER") ;;
    *) break ;;
    esac
  done
}
# Inserts the jump first, atomically.
lead() {
  "$1" -w -N "$2" 2>/dev/null || true
  [ "$(leads "$1" "$2" "$3")" != yes ] || return 0
  {
    echo "*filter"
    "$1" -w -S "$2" | grep -x -e "-A $2 -j $3" | sed 's/^-A/-D/'
    echo "-I $2 1 -j $3"
    echo COMMIT
  } | "$1-restore" -w --noflush
}
${heredoc("iptables-restore -w --noflush", restoreInput(ipv4))}
${jumpCommands("iptables", ipv4)}
[ -e /proc/net/if_inet6 ] || exit 0
${heredoc("ip6tables-restore -w --noflush", restoreInput(ipv6))}
${jumpCommands("ip6tables", ipv6)}
`;
}

const OWNER_LINE = "# pulumi-swarm.owner=";

/**
 * Sets `by` to the owner that the script on the host names, and `held` to `no` if it is another one. Scripts of earlier
 * releases name none.
 */
function checkOwner(filter: PortFilter, owner: Owner, names: string[]): string {
  const own = [...new Set(names)].map((name) => shellQuote(ownerText(owner, name)));
  return `by=$(sed -n 's/^${OWNER_LINE}//p' ${scriptPath(filter)} 2>/dev/null || true)
case $by in ""|${own.join("|")}) held=yes ;; *) held=no ;; esac`;
}

/** Returns the owner in the form in which the script on the host names it. */
function ownerText(owner: Owner, name: string): string {
  return toOneLine(`${owner.id} ${name}`);
}

/** Returns input for iptables-restore, which replaces all chains atomically. */
function restoreInput(chains: Chain[]): string {
  const declared = chains.map(({ name }) => `:${name} - [0:0]`);
  return ["*filter", ...declared, ...chains.flatMap(({ rules }) => rules), "COMMIT"].join("\n");
}

function jumpCommands(program: string, chains: Chain[]): string {
  return chains.flatMap(({ from, name }) => from.map((hook) => `lead ${program} ${hook} ${name}`)).join("\n");
}

function removeCommands(program: string, { from, name }: Chain): string {
  const jumps = from.map((hook) => `while ${program} -w -D ${hook} -j ${name} 2>/dev/null; do :; done`);
  return `${jumps.join("\n")}
${program} -w -F ${name} 2>/dev/null && ${program} -w -X ${name} 2>/dev/null || true`;
}

/** Returns a command with a text as its input. A heredoc may contain another one. */
function heredoc(command: string, text: string): string {
  const end = text.includes("END_OF_TEXT") ? "END_OF_ALL" : "END_OF_TEXT";
  return `${command} <<'${end}'\n${text.trimEnd()}\n${end}`;
}

const toOneLine = (text: string) => text.replaceAll(/[^ -~]/g, "?");

export const scriptPath = ({ chain }: Pick<PortFilter, "chain">) => `${FOLDER}/${chain}.sh`;
export const unitName = ({ chain }: Pick<PortFilter, "chain">) => `pulumi-swarm-firewall@${chain}.service`;
