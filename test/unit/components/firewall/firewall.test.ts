import { describe, expect, test } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { validateAllowedAddresses, LOOPBACK_ONLY } from "../../../../core/allowed-addresses.ts";
import { validateAllowFrom, Firewall } from "../../../../components/firewall/firewall.ts";
import { chainName, buildChains } from "../../../../provider/hosts/firewall-rules.ts";
import { HostFirewall, type HostFirewallInputs } from "../../../../provider/hosts/host-firewall.ts";
import { MinioService } from "../../../../components/minio/minio-service.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, fakeNetwork, getErrorMessage, runProgram } from "../../harness.ts";

describe("allowFrom", () => {
  const cases: [string[], string][] = [
    [[], "allowFrom []: allows no address: list those that may connect, or publish no ports"],
    [
      ["office"],
      'allowFrom[0] "office": is neither an address nor a range: give one such as 10.1.0.0/16 or 2001:db8::/32',
    ],
    [
      ["10.1/16"],
      'allowFrom[0] "10.1/16": is neither an address nor a range: give one such as 10.1.0.0/16 or 2001:db8::/32',
    ],
    [
      ["10.0.0.0/33"],
      'allowFrom[0] "10.0.0.0/33": is neither an address nor a range: give one such as 10.1.0.0/16 or 2001:db8::/32',
    ],
    [["0.0.0.0/0"], 'allowFrom[0] "0.0.0.0/0": allows every address: leave allowFrom out for that'],
    [["10.1.2.3", "::/0"], 'allowFrom[1] "::/0": allows every address: leave allowFrom out for that'],
    [["10.1.2.3/16"], 'allowFrom[0] "10.1.2.3/16": has host bits set: write 10.1.0.0/16'],
    [["2001:db8::1/32"], 'allowFrom[0] "2001:db8::1/32": has host bits set: write 2001:db8::/32'],
    [["10.0.0.1", "10.0.0.1/32"], 'allowFrom[1] "10.0.0.1/32": is listed twice: list it once'],
    [
      ["10.1.0.0/16", "10.0.0.0/8"],
      'allowFrom[0] "10.1.0.0/16": is part of 10.0.0.0/8, which is in the list as well: leave one of them out',
    ],
    [
      ["0.0.0.0/1", "128.0.0.0/1"],
      'allowFrom ["0.0.0.0/1","128.0.0.0/1"]: together contain more public IPv4 addresses than any organization has: list fewer, or leave allowFrom out',
    ],
  ];
  test.each(cases)("%j", (ranges, line) => {
    expect(validateAllowedAddresses("allowFrom", ranges).map((finding) => formatIssue("X", finding))).toEqual([
      `X: ${line}`,
    ]);
  });

  test("accepts addresses and ranges, IPv4 and IPv6", () => {
    expect(
      validateAllowedAddresses("allowFrom", [
        "10.1.0.0/16",
        "172.16.0.0/12",
        "198.51.100.7",
        "2001:db8::/32",
        "2001:db9::1",
      ]),
    ).toEqual([]);
  });

  test.each([
    ["0.0.0.0/1", "128.0.0.0/1"],
    ["0.0.0.0/3", "32.0.0.0/3", "64.0.0.0/3", "96.0.0.0/3"],
    ["::/1", "8000::/1"],
    ["2000::/3"],
  ])("rejects ranges that together cover most of the internet: %s %s", (...ranges) => {
    expect(validateAllowedAddresses("allowFrom", ranges)).toMatchObject([{ value: ranges }]);
  });

  test("does not validate values that are not known yet", () => {
    expect(validateAllowFrom(undefined)).toEqual([]);
    expect(validateAllowFrom(pulumi.output(["office"]))).toEqual([]);
    expect(validateAllowFrom([pulumi.output("office")])).toEqual([]);
    expect(validateAllowFrom([pulumi.output("office"), "home"])).toHaveLength(1);
  });
});

const FILTER = {
  chain: "C",
  title: 'S3Gateway "gateway"',
  ports: [9001, 443],
  allowFrom: ["198.51.100.7", "10.1.0.0/16", "2001:db8::/32"],
};

test("formats rules as iptables lists them: allowed sources first, then a drop for the ports and for containers", () => {
  const drop = (port: number) =>
    `-A C -p tcp -m conntrack --ctstate DNAT --ctorigdstport ${port} --ctdir ORIGINAL -j DROP`;
  const direct = (bridge: string) =>
    `-A C ! -i ${bridge} -o ${bridge} -p tcp -m conntrack ! --ctstate DNAT --ctdir ORIGINAL -j DROP`;
  const from = ["FORWARD", "DOCKER-USER"];
  const drops = [drop(443), drop(9001), direct("docker_gwbridge"), direct("br-a")];
  const dropsIn = ["-A C-IN -p tcp -m tcp --dport 443 -j DROP", "-A C-IN -p tcp -m tcp --dport 9001 -j DROP"];
  const pass = (chain: string, ...ranges: string[]) => ranges.map((range) => `-A ${chain} -s ${range} -j RETURN`);
  const four = ["10.1.0.0/16", "198.51.100.7/32"];
  expect(buildChains({ ...FILTER, bridges: ["br-a"] })).toEqual({
    ipv4: [
      { from, name: "C", rules: [...pass("C", ...four), ...drops] },
      { from: ["INPUT"], name: "C-IN", rules: ["-A C-IN -i lo -j RETURN", ...pass("C-IN", ...four), ...dropsIn] },
    ],
    ipv6: [
      { from, name: "C", rules: [...pass("C", "2001:db8::/32"), ...drops] },
      {
        from: ["INPUT"],
        name: "C-IN",
        rules: ["-A C-IN -i lo -j RETURN", ...pass("C-IN", "2001:db8::/32"), ...dropsIn],
      },
    ],
  });
});

test("needs no rule for loopback addresses, as the host can always connect to itself", () => {
  expect(validateAllowedAddresses("allowFrom", LOOPBACK_ONLY)).toEqual([]);
  const { ipv4 } = buildChains({ ...FILTER, allowFrom: LOOPBACK_ONLY });
  expect(ipv4.flatMap(({ rules }) => rules).filter((rule) => rule.includes(" -s "))).toEqual([]);
});

const OWNER = { id: "4f1c", project: "p", stack: "s", name: "gateway-firewall" };

describe("a chain's name", () => {
  test("fits iptables' limit, and differs for each identity and resource", () => {
    expect(`${chainName(OWNER)}-IN`.length).toBeLessThanOrEqual(28);
    expect(chainName(OWNER)).toBe(chainName({ ...OWNER }));
    const another = { ...OWNER, id: "77aa" };
    expect(chainName(another)).not.toBe(chainName(OWNER));
    expect(chainName({ ...OWNER, name: "other" })).not.toBe(chainName(OWNER));
  });

  test("does not depend on the project and stack", () => {
    expect(chainName({ ...OWNER, project: "q", stack: "t" })).toBe(chainName(OWNER));
  });
});

describe("the resource", () => {
  const inputs: HostFirewallInputs = {
    host: "a",
    connection: { host: "ssh://root@198.51.100.1" },
    machineId: "m1",
    owner: OWNER,
    filter: FILTER,
    intact: true,
  };
  const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

  test("rejects a host that is connected neither by ssh nor by a socket, and names it", async () => {
    const { failures } = await HostFirewall.check!({}, { ...inputs, connection: { host: "tcp://10.0.0.1:2376" } });
    expect(failures).toEqual([
      {
        property: "",
        reason:
          'S3Gateway "gateway": allowFrom: no rules can be set for host "a": its engine is reached at ' +
          "tcp://10.0.0.1:2376, neither by ssh nor by a socket of this machine; leave allowFrom out, or publish nothing " +
          "(expose: false); in a stack of kind local set pulumi-swarm:expose to true or false",
      },
    ]);
  });

  describe("the chain", () => {
    const { chain: _chain, ...filter } = FILTER;
    const request = { ...inputs, filter } as unknown as HostFirewallInputs;
    const chainAfter = async (olds: Partial<HostFirewallInputs>, news: HostFirewallInputs) =>
      (await HostFirewall.check!(olds, news)).inputs.filter.chain;

    test("is derived from the owner, so that the next run finds it after a crash", async () => {
      expect(await chainAfter({}, request)).toBe(chainName(OWNER));
      expect(await chainAfter({}, request)).toBe(chainName(OWNER));
    });

    test("stays the same under another stack and name", async () => {
      const renamed = { ...request, owner: { ...OWNER, stack: "t", name: "renamed" } };
      expect(await chainAfter(inputs, renamed)).toBe("C");
    });

    test("is unknown until the identity is known", async () => {
      const owner = { ...OWNER, id: UNKNOWN };
      expect(await chainAfter({}, { ...request, owner })).toBe(UNKNOWN);
    });
  });

  test("rejects a value that turns out to be invalid once it is known", async () => {
    const filter = { ...FILTER, allowFrom: ["0.0.0.0/0"] };
    const { failures } = await HostFirewall.check!({}, { ...inputs, filter });
    expect(failures.map(({ reason }) => reason)).toEqual([
      'S3Gateway "gateway": allowFrom[0] "0.0.0.0/0": allows every address: leave allowFrom out for that',
    ]);
  });

  const cases: [string, Partial<HostFirewallInputs>, { changes: boolean; replaces: string[] }][] = [
    ["nothing", {}, { changes: false, replaces: [] }],
    ["other ranges", { filter: { ...FILTER, allowFrom: ["10.2.0.0/16"] } }, { changes: true, replaces: [] }],
    [
      "another connection to the host",
      { connection: { host: "ssh://me@198.51.100.1" } },
      { changes: true, replaces: [] },
    ],
    ["another stack", { owner: { ...OWNER, stack: "t" } }, { changes: true, replaces: [] }],
    ["an engine with another id", { machineId: "m2" }, { changes: true, replaces: [] }],
    [
      "another machine",
      { machineId: "m2", connection: { host: "ssh://root@198.51.100.2" } },
      { changes: true, replaces: ["machineId"] },
    ],
    ["a machine that is not known yet", { machineId: UNKNOWN }, { changes: false, replaces: [] }],
  ];
  test.each(cases)("%s: %j", async (_what, change, wanted) => {
    expect(await HostFirewall.diff("id", inputs, { ...inputs, ...change })).toMatchObject(wanted);
  });

  test("restores rules that someone changed", async () => {
    expect(await HostFirewall.diff("id", { ...inputs, intact: false }, inputs)).toMatchObject({ changes: true });
  });
});

describe("wiring", () => {
  const swarm = () => new Swarm("swarm", { managers: [fakeHost("a"), fakeHost("b")] });
  const FIREWALL = "swarm:index:HostFirewall";

  test("creates a store's rules before its services", async () => {
    const { resources } = await runProgram(
      () =>
        new MinioService("store", {
          swarm: swarm(),
          network: fakeNetwork("n"),
          allowFrom: ["10.1.0.0/16"],
        }),
      { outputs: (type) => (type.endsWith(":RootCredentials") ? { user: "u", password: "p", generation: "g" } : {}) },
    );
    const rules = resources.filter(({ type }) => type === FIREWALL);
    expect(rules.map(({ name }) => name).toSorted()).toEqual(["store-firewall-a", "store-firewall-b"]);
    expect(rules[0]!.inputs["filter"]).toMatchObject({ ports: [9000, 9001], allowFrom: ["10.1.0.0/16"] });
    const service = resources.find(({ name }) => name === "store-main");
    for (const { urn } of rules) expect(service?.dependencies).toContain(urn);
  });

  test("protects the bridges of a store's networks as well", async () => {
    const bridge = fakeNetwork("mhax3na7ns7b087qxaeb6ffza", { driver: "bridge" });
    const named = fakeNetwork("n", { driver: "bridge", bridgeName: "storage0" });
    const { resources } = await runProgram(
      () =>
        new MinioService("store", {
          swarm: new Swarm("swarm", { managers: [fakeHost("a")] }),
          network: bridge,
          networks: [named],
          allowFrom: ["10.1.0.0/16"],
        }),
      { outputs: (type) => (type.endsWith(":RootCredentials") ? { user: "u", password: "p", generation: "g" } : {}) },
    );
    const rules = resources.filter(({ type }) => type === FIREWALL);
    expect(rules.map(({ inputs }) => inputs["filter"])).toMatchObject([{ bridges: ["br-mhax3na7ns7b", "storage0"] }]);
  });

  test("protects any service's ports", async () => {
    const { resources } = await runProgram(
      () =>
        new Firewall("web", { swarm: swarm(), hosts: ["b"], ports: [80], allowFrom: [pulumi.output("10.1.0.0/16")] }),
    );
    expect(resources.filter(({ type }) => type === FIREWALL).map(({ name }) => name)).toEqual(["web-b"]);
  });

  test("rejects invalid arguments", async () => {
    const message = await getErrorMessage(
      () => new Firewall("web", { swarm: swarm(), hosts: ["a", "a", "z"], ports: [0], allowFrom: ["0.0.0.0/0"] }),
    );
    expect(message.split("\n")).toEqual([
      'Firewall "web": hosts "a": is listed twice: list each host once',
      'Firewall "web": hosts "z": is not a host of the Swarm, which has a, b',
      'Firewall "web": ports 0: must be a whole number from 1 to 65535',
      'Firewall "web": allowFrom[0] "0.0.0.0/0": allows every address: leave allowFrom out for that',
    ]);
  });
});
