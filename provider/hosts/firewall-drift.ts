import { createHash } from "node:crypto";
import { SECTION_FUNCTION, parseSections } from "../../engine/shell-quoting.ts";
import { type Chain, CHAIN_PREFIX, buildChains, type Hook, type PortFilter } from "./firewall-rules.ts";
import { bootScript, scriptPath, PREAMBLE, type OwnedFilter, unitName } from "./firewall-scripts.ts";

/** Returns a read-only script that prints the input of `findDrift`. */
export function rulesScript({ filter }: OwnedFilter): string {
  return `${PREAMBLE}
${SECTION_FUNCTION}
section iptables; iptables -w -S
if [ -e /proc/net/if_inet6 ]; then section ip6tables; ip6tables -w -S; fi
section file; sha256sum <${scriptPath(filter)} 2>/dev/null | cut -c 1-64
if [ -d /run/systemd/system ]; then
  section unit; systemctl is-enabled ${unitName(filter)} 2>/dev/null || true
fi
section end; echo end
`;
}

/**
 * Returns a line for each difference between the output of `rulesScript` and the wanted rules.
 *
 * @throws Error when the script did not finish.
 */
export function findDrift({ filter, owner }: OwnedFilter, printed: string): string[] {
  const sections = parseSections(printed);
  if (!sections.has("end")) throw new Error("the script that inspects the rules did not finish");
  const { ipv4, ipv6 } = buildChains(filter);
  const file = createHash("sha256").update(bootScript({ filter, owner })).digest("hex");
  const isSame = sections.get("file") === file;
  const unit = sections.get("unit");
  return [
    ...tableDrift("iptables", ipv4, sections.get("iptables"), filter),
    ...tableDrift("ip6tables", ipv6, sections.get("ip6tables"), filter),
    ...(isSame ? [] : [scriptPath(filter)]),
    ...(unit === undefined || unit === "enabled" ? [] : [`${unitName(filter)} is not enabled`]),
  ];
}

/** Compares one table. A host without IPv6 has no table for it, which does not count as drift. */
function tableDrift(program: string, chains: Chain[], listed: string | undefined, filter: PortFilter): string[] {
  if (listed === undefined) return [];
  const rules = rulesByChain(listed);
  return chains.flatMap(({ from, name, rules: wanted }) => [
    ...(wanted.join("\n") === (rules.get(name) ?? []).join("\n") ? [] : [`${program} ${name}`]),
    ...from.flatMap((hook) => hookDrift(hook, name, rules, filter).map((line) => `${program} ${line}`)),
  ]);
}

function rulesByChain(listed: string): Map<string, string[]> {
  const chains = new Map<string, string[]>();
  for (const line of listed.split("\n").map((one) => one.trim())) {
    const [, kind, chain = ""] = /^-([APN]) (\S+)/.exec(line) ?? [];
    if (kind === undefined) continue;
    const rules = chains.get(chain) ?? [];
    if (kind === "A") rules.push(line);
    chains.set(chain, rules);
  }
  return chains;
}

type Rules = ReadonlyMap<string, readonly string[]>;

/** Returns why packets of a hook bypass the chain: no jump to it, or an earlier rule that accepts them. */
function hookDrift(hook: Hook, name: string, all: Rules, filter: PortFilter): string[] {
  const rules = all.get(hook) ?? [];
  const jump = rules.indexOf(`-A ${hook} -j ${name}`);
  if (jump === -1) return [`${hook} has no jump to ${name}`];
  // DOCKER-USER has the same jump, and is checked separately.
  const docker = hook === "FORWARD" ? rules.indexOf("-A FORWARD -j DOCKER-USER") : -1;
  const before = rules.slice(0, docker === -1 ? jump : Math.min(docker, jump));
  const opening = before.find((rule) => mayBypass(rule, hook, all, filter));
  return opening === undefined ? [] : [`${hook}: "${opening}" stands before ${name}`];
}

/** Targets that end the traversal of a chain without dropping the packet. */
const PASSING = new Set(["ACCEPT", "RETURN"]);

/** Returns whether a rule may let new TCP connections to the ports bypass the rules after it. */
function mayBypass(rule: string, hook: Hook, all: Rules, filter: PortFilter, seen: readonly string[] = []): boolean {
  if (isHarmless(rule, hook, filter)) return false;
  const [, how, target = ""] = / -([jg]) (\S+)/.exec(rule) ?? [];
  if (target.startsWith(CHAIN_PREFIX)) return false;
  // In a chain below the hook, RETURN only leads back to the hook.
  if (PASSING.has(target)) return target === "ACCEPT" || seen.length === 0;
  const below = all.get(target);
  if (!below || seen.includes(target)) return false;
  // A goto does not return to the chain.
  if (how === "g") return true;
  return below.some((one) => mayBypass(one, hook, all, filter, [...seen, target]));
}

/** Returns whether a rule cannot match new TCP connections from other hosts to the ports. */
function isHarmless(rule: string, hook: Hook, { ports }: PortFilter): boolean {
  const protocol = / -p (\S+)/.exec(rule)?.[1];
  if (protocol !== undefined && !["tcp", "all", "6", "0"].includes(protocol)) return !isNegated(rule, "-p");
  const states = / --(?:ct)?state (\S+)/.exec(rule)?.[1];
  if (states !== undefined && !isNegated(rule, "--ctstate|--state")) {
    if (states.split(",").every((state) => ["RELATED", "ESTABLISHED", "INVALID"].includes(state))) return true;
  }
  if (hook !== "INPUT") return false;
  if (/ -i lo( |$)/.test(rule) && !isNegated(rule, "-i")) return true;
  const port = / --dport (\d+)( |$)/.exec(rule)?.[1];
  return port !== undefined && !isNegated(rule, "--dport") && !ports.includes(Number(port));
}

const isNegated = (rule: string, option: string) => new RegExp(` ! (?:${option}) `).test(rule);
