import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { type SshHostArgs, SshHosts, type SshHostsArgs } from "../../../../components/index.ts";
import { type SshOptions, sshConnection } from "../../../../components/hosts/ssh-connection.ts";
import { validateSshHosts } from "../../../../components/hosts/ssh-hosts-validation.ts";
import { validateSshAccess } from "../../../../components/hosts/ssh-validation.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";
import { getErrorMessage, runProgram, getValue } from "../../harness.ts";

const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;
const sound: SshHostsArgs = { hosts: { a: { address: "192.0.2.1" }, b: { address: "far.example", hostKey: KEY } } };

test("accepts valid hosts", () => expect(validateSshHosts(sound)).toEqual([]));

const one = (host: object, others: object = {}) => ({ hosts: { a: { address: "192.0.2.1", ...host } }, ...others });

test.each<[object, string]>([
  [{ hosts: {} }, "hosts {}: needs at least one host"],
  [one({}, { install: "yes" }), 'install "yes": must be "distribution" or "docker", or left out'],
  [one({ privateAddress: "10.0.0.2/24" }), 'hosts.a.privateAddress "10.0.0.2/24": is a block of addresses'],
  [one({ privateAddress: "eth1" }), 'hosts.a.privateAddress "eth1": is not an IP address'],
  [one({ endpointAddress: "a:9000" }), 'hosts.a.endpointAddress "a:9000": must be a host name or an IP address'],
  [one({ dataPathAddress: "eth1" }), 'hosts.a.dataPathAddress "eth1": is not an IP address'],
  [one({}, { timeoutSeconds: 0 }), "timeoutSeconds 0: must be a number of seconds above 0"],
  [{ hosts: { A_1: { address: "x", hostname: "a" } } }, 'hosts "A_1": must be a lowercase DNS label'],
  [one({ hostname: "a_1.example" }), 'hosts.a.hostname "a_1.example": must be a host name'],
  [one({ address: "me@192.0.2.1" }), 'hosts.a.address "me@192.0.2.1": must be only the machine\'s name or address'],
  [one({ address: "ssh://192.0.2.1" }), 'hosts.a.address "ssh://192.0.2.1": must be only the machine\'s name'],
  [one({ address: "-oProxyCommand=x" }), 'hosts.a.address "-oProxyCommand=x": must be only the machine\'s name'],
  [one({ address: "" }), 'hosts.a.address "": must be only the machine\'s name'],
  [one({ address: "a';touch${IFS}pwn;'" }), "hosts.a.address \"a';touch${IFS}pwn;'\": must be only the machine's name"],
  [one({ address: "`id`" }), 'hosts.a.address "`id`": must be only the machine\'s name'],
  [one({ user: "root$(id)" }), 'hosts.a.user "root$(id)": must be the name of a user'],
  [one({ jumpHost: "me@$(id)" }), 'hosts.a.jumpHost "me@$(id)": must be [user@]host[:port]'],
  [one({}, { defaults: { jumpHost: "a;b" } }), 'defaults.jumpHost "a;b": must be [user@]host[:port]'],
  [one({ hostKey: "AAAA" }), 'hosts.a.hostKey "AAAA": must be type and key of a public key'],
  [one({ user: "a b" }), 'hosts.a.user "a b": must be the name of a user'],
  [one({ user: "-l" }), 'hosts.a.user "-l": must be the name of a user'],
  [one({ port: 70_000 }), "hosts.a.port 70000: must be a whole number from 1 to 65535"],
  [one({ identityFile: " " }), 'hosts.a.identityFile " ": must be the file of a private key'],
  [one({ jumpHostKey: "x" }), 'hosts.a.jumpHostKey "x": must be type and key of a public key'],
  [one({ jumpHost: "a/b" }), 'hosts.a.jumpHost "a/b": must be [user@]host[:port]'],
  [one({}, { defaults: { user: "a:b" } }), 'defaults.user "a:b": must be the name of a user'],
  [one({ drives: {} }), "hosts.a.drives {}: a host needs at least one drive"],
  [one({ drives: { d1: { path: "mnt" } } }), 'hosts.a.drives.d1.path "mnt": must be the absolute mount point'],
  [
    { hosts: { a: { address: "x" }, b: { address: "x" } } },
    'hosts.b.address "x": is already used by host "a": give each host its own machine',
  ],
  [
    { hosts: { a: { address: "x", hostname: "n" }, b: { address: "y", hostname: "n" } } },
    'hosts.b.hostname "n": is already used by host "a"',
  ],
])("rejects %j", (args, line) => {
  const lines = validateSshHosts(args as SshHostsArgs).map((finding) => formatIssue('SshHosts "hosts"', finding));
  expect(lines).toEqual([expect.stringContaining(`SshHosts "hosts": ${line}`)]);
});

test("accepts hosts with the same address, but different ports or jump hosts", () => {
  const hosts = {
    a: { address: "x", port: 2201 },
    b: { address: "x", port: 2202 },
    c: { address: "x", jumpHost: "y" },
  };
  expect(validateSshHosts({ hosts })).toEqual([]);
});

const CHECKS =
  "-o BatchMode=yes -o StrictHostKeyChecking=yes -o NoHostAuthenticationForLocalhost=no -o VerifyHostKeyDNS=no " +
  "-o ControlMaster=no -o ControlPath=none";

test.each<[SshOptions, object]>([
  [{ address: "far" }, { host: "ssh://far" }],
  [{ address: "2001:db8::1", user: "me", port: 2222 }, { host: "ssh://me@[2001:db8::1]:2222" }],
  [
    { address: "far", identityFile: "~/a key" },
    { host: "ssh://far", sshOptions: ["-i", "~/a key", "-o", "IdentitiesOnly=yes"] },
  ],
  [
    { address: "far", hostKey: `${KEY} root@far\n` },
    {
      host: "ssh://far",
      sshOptions: [
        ...["-o", `KnownHostsCommand=/bin/echo %H ${KEY}`, "-o", "UpdateHostKeys=no"],
        ...["-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null"],
      ],
    },
  ],
  [
    { address: "far", jumpHost: "me@near:2222", identityFile: "100% mine" },
    {
      host: "ssh://far",
      sshOptions: [
        ...["-i", "100% mine", "-o", "IdentitiesOnly=yes", "-o"],
        `ProxyCommand=ssh ${CHECKS} -o ConnectTimeout=20 -i '100%% mine' ` +
          "-o IdentitiesOnly=yes -l me -p 2222 -W '[%h]:%p' -- near",
      ],
    },
  ],
  [
    { address: "far", jumpHost: "near", jumpHostKey: KEY },
    {
      host: "ssh://far",
      sshOptions: [
        "-o",
        `ProxyCommand=ssh ${CHECKS} -o ConnectTimeout=20 ` +
          `-o 'KnownHostsCommand=/bin/echo %%H ${KEY}' -o UpdateHostKeys=no -o UserKnownHostsFile=/dev/null ` +
          "-o GlobalKnownHostsFile=/dev/null -W '[%h]:%p' -- near",
      ],
    },
  ],
])("connects %j by %j", (access, connection) => expect(sshConnection(access)).toEqual(connection));

test("creates a host for each entry, with the defaults", async () => {
  const { resources, value } = await runProgram(
    () =>
      new SshHosts("hosts", {
        hosts: {
          a: { address: "192.0.2.1" },
          b: {
            ...{ address: pulumi.output("far.example"), user: "root", port: 2222, hostname: "far", zone: "z" },
            ...{
              privateAddress: "10.0.0.2",
              dataPathAddress: "10.9.0.2",
              endpointAddress: "b.example",
              labels: { disk: "ssd" },
              drives: { x: {} },
            },
          },
        },
        defaults: { user: "admin", labels: { team: "storage" }, drives: { d1: { path: "/mnt/disk1" } } },
        install: "docker",
      }),
    { outputs: (type) => (type.endsWith(":Machine") ? { engineName: "node1", machineId: "id", ready: true } : {}) },
  );
  const machines = resources.filter(({ custom }) => custom).sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(machines.map(({ type, name }) => [type, name])).toEqual([
    ["swarm:index:Machine", "hosts-a-machine"],
    ["swarm:index:Machine", "hosts-b-machine"],
    ["swarm:index:HostInspection", "hosts-inspection"],
  ]);
  const made = machines.filter(({ type }) => type.endsWith(":Machine"));
  expect(made.map(({ inputs }) => inputs)).toMatchObject([
    {
      ...{ key: "a", install: "docker", timeoutSeconds: 300, drives: { d1: { path: "/mnt/disk1" } } },
      connection: { host: "ssh://admin@192.0.2.1" },
    },
    { hostname: "far", drives: { x: {} }, connection: { host: "ssh://root@far.example:2222" } },
  ]);
  const [a, b] = [value.host("a"), value.host("b")];
  expect(value.list).toEqual([a, b]);
  expect(await Promise.all([a, b].map(({ hostname }) => getValue(hostname)))).toEqual(["node1", "far"]);
  expect([a.labels, b.labels]).toEqual([{ team: "storage" }, { team: "storage", disk: "ssd" }]);
  expect([a.zone, b.zone]).toEqual([undefined, "z"]);
  const addresses = [a.privateAddress, a.endpointAddress, b.privateAddress, b.endpointAddress].map(getValue);
  expect(await Promise.all(addresses)).toEqual(["192.0.2.1", "192.0.2.1", "10.0.0.2", "b.example"]);
  expect(a.dataPathAddress).toBeUndefined();
  expect(await getValue(b.dataPathAddress!)).toBe("10.9.0.2");
  expect(await getValue(b.machineId)).toBe("id");
  expect(() => value.host("c")).toThrow('there is no host "c": choose one of a, b');
});

test.each([2, 40])("%i hosts wait for the inspection of all, with one dependency each", async (count) => {
  const keys = Array.from({ length: count }, (_, at) => `host${at}`);
  const hosts = Object.fromEntries(keys.map((key) => [key, { address: `${key}.example` }]));
  const { resources } = await runProgram(() => new SshHosts("hosts", { hosts }));
  const ofKind = (kind: string) => resources.filter(({ type }) => type.endsWith(`:${kind}`));
  const inspections = ofKind("HostInspection");
  expect(inspections.map(({ inputs }) => Object.keys(inputs["hosts"] as object).toSorted())).toEqual([keys.toSorted()]);
  expect(ofKind("Machine").map(({ dependencies }) => dependencies)).toEqual(keys.map(() => [inspections[0]!.urn]));
  const components = ofKind("Host").map(({ dependencies }) => dependencies);
  expect(components).toEqual(keys.map(() => [inspections[0]!.urn]));
  expect(resources.flatMap(({ dependencies }) => dependencies)).toHaveLength(2 * count);
});

test.each([
  [{ address: "$(id)" }, 'hosts.a.address "$(id)"'],
  [{ user: "root;id" }, 'hosts.a.user "root;id"'],
  [{ jumpHost: "`id`" }, 'hosts.a.jumpHost "`id`"'],
])("rejects %j also if it is known only during the run", (late, line) => {
  const known: SshHostArgs = { address: "192.0.2.1", ...late };
  expect(
    validateSshAccess("hosts.a", known)
      .map((finding) => formatIssue("it", finding))
      .join(),
  ).toContain(line);
});

test("rejects invalid arguments before it connects to a host", async () => {
  expect(await getErrorMessage(() => new SshHosts("hosts", { hosts: { a: { address: "a@b" } } }))).toContain(
    'SshHosts "hosts": hosts.a.address "a@b"',
  );
});
