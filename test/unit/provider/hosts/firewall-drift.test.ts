import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { findDrift } from "../../../../provider/hosts/firewall-drift.ts";
import { buildChains } from "../../../../provider/hosts/firewall-rules.ts";
import { bootScript } from "../../../../provider/hosts/firewall-scripts.ts";

const OWNED = {
  owner: { id: "4f1c", project: "p", stack: "s", name: "store-firewall" },
  filter: { chain: "PULUMI-SWARM-1", title: 'MinioService "store"', ports: [9000], allowFrom: ["10.1.0.0/16"] },
};
const { ipv4, ipv6 } = buildChains(OWNED.filter);
const JUMP = "-j PULUMI-SWARM-1";
const FORWARD = ["-A FORWARD -j DOCKER-USER", `-A FORWARD ${JUMP}`, "-A FORWARD -o docker0 -j DOCKER"];
const USER = [`-A DOCKER-USER ${JUMP}`, "-A DOCKER-USER -j RETURN"];
const INPUT = [`-A INPUT ${JUMP}-IN`];

interface Host {
  forward?: string[];
  user?: string[];
  input?: string[];
  /** Further rules of IPv4. */
  more?: string[];
  own?: string[];
  file?: string;
  unit?: string;
}

function printed({ forward = FORWARD, user = USER, input = INPUT, more = [], own, file, unit }: Host = {}): string {
  const heads = ["-P INPUT ACCEPT", "-P FORWARD DROP", "-N DOCKER-USER", "-N PULUMI-SWARM-1", "-N PULUMI-SWARM-1-IN"];
  const rules = own ?? ipv4.flatMap(({ rules }) => rules);
  const six = [`-A FORWARD ${JUMP}`, `-A DOCKER-USER ${JUMP}`, ...INPUT, ...ipv6.flatMap(({ rules }) => rules)];
  const same = createHash("sha256").update(bootScript(OWNED)).digest("hex");
  return [
    ...["== iptables", ...heads, ...input, ...forward, ...user, ...more, ...rules],
    ...["== ip6tables", ...heads, ...six],
    ...["== file", file ?? same],
    ...(unit === undefined ? [] : ["== unit", unit]),
    ...["== end", "end"],
  ].join("\n");
}

const before = (rule: string, hook = /^-A (\S+)/.exec(rule)?.[1] ?? "") =>
  `iptables ${hook}: "${rule}" stands before PULUMI-SWARM-1${hook === "INPUT" ? "-IN" : ""}`;

describe("installed rules are no drift", () => {
  test.each<[string, Host]>([
    ["unchanged", {}],
    ["with systemd", { unit: "enabled" }],
    ["after a jump of another owner", { user: ["-A DOCKER-USER -j PULUMI-SWARM-2", ...USER] }],
    ["after a LOG rule", { user: ["-A DOCKER-USER -j LOG", ...USER] }],
    ["after a DROP rule", { forward: ["-A FORWARD -s 192.0.2.1/32 -j DROP", ...FORWARD] }],
    [
      "after what passes established connections",
      { user: ["-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", ...USER] },
    ],
    ["after a rule for another protocol", { forward: ["-A FORWARD -p icmp -j ACCEPT", ...FORWARD] }],
    ["after a rule for another port of the host", { input: ["-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT", ...INPUT] }],
    ["after a loopback rule", { input: ["-A INPUT -i lo -j ACCEPT", ...INPUT] }],
    [
      "after a chain that accepts nothing",
      { input: ["-A INPUT -p tcp -j f2b", ...INPUT], more: ["-A f2b -s 192.0.2.1/32 -j REJECT", "-A f2b -j RETURN"] },
    ],
    ["after chains that call each other", { input: ["-A INPUT -j a", ...INPUT], more: ["-A a -j b", "-A b -j a"] }],
    [
      "with a rule behind the jump",
      { forward: [...FORWARD, "-A FORWARD -j ACCEPT"], user: [...USER, "-A DOCKER-USER -j ACCEPT"] },
    ],
  ])("%s", (_, host) => expect(findDrift(OWNED, printed(host))).toEqual([]));
});

describe("names drift, and the rule that opens the ports", () => {
  test.each<[string, Host, string[]]>([
    ["a missing rule", { own: [] }, ["iptables PULUMI-SWARM-1", "iptables PULUMI-SWARM-1-IN"]],
    ["no jump", { user: ["-A DOCKER-USER -j RETURN"] }, ["iptables DOCKER-USER has no jump to PULUMI-SWARM-1"]],
    ["no jump from FORWARD", { forward: FORWARD.slice(0, 1) }, ["iptables FORWARD has no jump to PULUMI-SWARM-1"]],
    ["ACCEPT in DOCKER-USER", { user: ["-A DOCKER-USER -j ACCEPT", ...USER] }, [before("-A DOCKER-USER -j ACCEPT")]],
    ["RETURN in DOCKER-USER", { user: USER.toReversed() }, [before("-A DOCKER-USER -j RETURN")]],
    [
      "ACCEPT in FORWARD, of whatever port: by then it is the container's",
      { forward: ["-A FORWARD -p tcp -m tcp --dport 9000 -j ACCEPT", ...FORWARD] },
      [before("-A FORWARD -p tcp -m tcp --dport 9000 -j ACCEPT")],
    ],
    [
      "a chain of another program that accepts, two calls down",
      {
        forward: ["-A FORWARD -j ts-forward", ...FORWARD],
        more: ["-A ts-forward -j ts-more", "-A ts-more -o tailscale0 -j ACCEPT"],
      },
      [before("-A FORWARD -j ts-forward")],
    ],
    [
      "new connections among established ones",
      { user: ["-A DOCKER-USER -m state --state NEW,ESTABLISHED -j ACCEPT", ...USER] },
      [before("-A DOCKER-USER -m state --state NEW,ESTABLISHED -j ACCEPT")],
    ],
    [
      "all states but one",
      { user: ["-A DOCKER-USER -m conntrack ! --ctstate INVALID -j ACCEPT", ...USER] },
      [before("-A DOCKER-USER -m conntrack ! --ctstate INVALID -j ACCEPT")],
    ],
    [
      "every interface but loopback",
      { input: ["-A INPUT ! -i lo -j ACCEPT", ...INPUT] },
      [before("-A INPUT ! -i lo -j ACCEPT")],
    ],
    [
      "our port on the host",
      { input: ["-A INPUT -p tcp -m tcp --dport 9000 -j ACCEPT", ...INPUT] },
      [before("-A INPUT -p tcp -m tcp --dport 9000 -j ACCEPT")],
    ],
    ["another boot script", { file: "0" }, ["/etc/pulumi-swarm/firewall/PULUMI-SWARM-1.sh"]],
    [
      "a unit that does not start",
      { unit: "disabled" },
      ["pulumi-swarm-firewall@PULUMI-SWARM-1.service is not enabled"],
    ],
  ])("%s", (_, host, lines) => expect(findDrift(OWNED, printed(host))).toEqual(lines));

  test("rejects truncated output", () =>
    expect(() => findDrift(OWNED, "== iptables\n-P INPUT ACCEPT")).toThrow(/did not finish/));
});
