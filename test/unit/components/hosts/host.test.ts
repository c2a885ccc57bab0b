import * as pulumi from "@pulumi/pulumi";
import { expect, onTestFinished, test, vi } from "vitest";
import { Host } from "../../../../components/hosts/host.ts";
import type { HostArgs } from "../../../../components/hosts/host-args.ts";
import { getErrorMessage, getValue, runProgram } from "../../harness.ts";

const kind = (name: string) => `swarm:index:${name}`;
const pem = (label: string) => `-----BEGIN ${label}-----\nx\n-----END ${label}-----\n`;

const machine = async (args: HostArgs = {}, outputs: object = {}) => {
  const program = () => new Host("laptop", { hostname: "laptop", ...args });
  const { value, resources } = await runProgram(program, {
    outputs: () => ({ machineId: "id", ready: true, ...outputs }),
  });
  return { value, child: resources.find(({ type }) => type === kind("Machine"))! };
};

test("passes on the engine, the hostname and the timeout", async () => {
  const { child } = await machine({ engine: "unix:///run/x.sock", hostname: "other", timeoutSeconds: 5 });
  expect(child.inputs).toMatchObject({
    connection: { host: "unix:///run/x.sock" },
    hostname: "other",
    timeoutSeconds: 5,
  });
});

test("combines the arguments with the engine's facts", async () => {
  const drives = { d1: {} };
  const { value } = await machine({
    key: "k",
    zone: "z",
    labels: { a: "b" },
    drives,
    endpointAddress: "198.51.100.7",
  });
  expect(await getValue(value.hostname)).toBe("laptop");
  expect(value).toMatchObject({ key: "k", zone: "z", labels: { a: "b" }, drives });
  expect(await getValue(value.endpointAddress)).toBe("198.51.100.7");
  expect(await getValue(value.privateAddress)).toBe("127.0.0.1");
  expect(await getValue(value.machineId)).toBe("id");
  expect(await getValue(value.ready)).toBe(true);
});

test("reached by ssh is logged in to, and has the address as its own", async () => {
  const { child, value } = await machine({
    ...{ hostname: undefined, ssh: { address: pulumi.output("192.0.2.1"), user: "admin" }, install: "docker" },
  });
  expect(child.inputs).toEqual({
    ...{ key: "laptop", connection: { host: "ssh://admin@192.0.2.1" }, timeoutSeconds: 300 },
    ...{ install: "docker", drives: { drive1: {} } },
  });
  expect(await getValue(value.privateAddress)).toBe("192.0.2.1");
  expect(await getValue(value.endpointAddress)).toBe("192.0.2.1");
});

test("takes its hostname from the engine", async () => {
  const { value } = await runProgram(() => new Host("laptop"), { outputs: () => ({ engineName: "DESKTOP-AB12CD" }) });
  expect(await getValue(value.hostname)).toBe("DESKTOP-AB12CD");
});

test("reached by ssh at a name has the machine's own address, and the name for clients", async () => {
  const { value } = await machine({ ssh: { address: "node1.example.com" } }, { address: "10.0.0.5" });
  expect(await getValue(value.privateAddress)).toBe("10.0.0.5");
  expect(await getValue(value.endpointAddress)).toBe("node1.example.com");
  const { value: given } = await machine({ ssh: { address: "192.0.2.1" } }, { address: "10.0.0.5" });
  expect(await getValue(given.privateAddress)).toBe("192.0.2.1");
});

test.each([
  ["unix:///run/x.sock", "127.0.0.1"],
  ["ssh://me@nas.example", "nas.example"],
  ["ssh://me@192.0.2.1:2222", "192.0.2.1"],
  ["tcp://192.0.2.1:2376", "192.0.2.1"],
  ["tcp://[2001:db8::1]:2376", "2001:db8::1"],
])("with the engine %s is reached by clients at %s", async (engine, address) => {
  const key = pulumi.secret(pem("PRIVATE KEY"));
  const tls = engine.startsWith("tcp:") ? { ca: pem("CERTIFICATE"), cert: pem("CERTIFICATE"), key } : undefined;
  const { value } = await machine({ engine, tls });
  expect(await getValue(value.endpointAddress)).toBe(address);
  expect(await pulumi.isSecret(value.endpointAddress)).toBe(false);
  expect(await getValue(value.privateAddress)).toBe("127.0.0.1");
});

test("takes the address for clients from DOCKER_HOST", async () => {
  vi.stubEnv("DOCKER_HOST", "ssh://me@nas.example");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { value, child } = await machine();
  expect(child.inputs["connection"]).toEqual({ host: "ssh://me@nas.example" });
  expect(await getValue(value.endpointAddress)).toBe("nas.example");
});

test("is otherwise not logged in to", async () => {
  expect((await machine({ engine: "ssh://root@192.0.2.1" })).child.inputs).toEqual({
    ...{ key: "laptop", connection: { host: "ssh://root@192.0.2.1" }, hostname: "laptop", timeoutSeconds: 30 },
  });
});

test("waits for what it depends on before its machine is changed", async () => {
  const { resources } = await runProgram(() => {
    const first = new Host("first", { hostname: "first" });
    return new Host("second", { hostname: "second" }, { dependsOn: first });
  });
  const urnOf = (name: string) => resources.find((resource) => resource.name === name)!.urn;
  expect(resources.find(({ name }) => name === "second-machine")!.dependencies).toEqual([urnOf("first-machine")]);
});

test("records its arguments, the client key as a secret", async () => {
  const tls = { ca: pem("CERTIFICATE"), cert: pem("CERTIFICATE"), key: pem("PRIVATE KEY") };
  const { resources } = await runProgram(() => new Host("far", { engine: "tcp://192.0.2.1:2376", tls, zone: "z" }));
  const component = resources.find(({ type }) => type === kind("Host"))!;
  expect(component.inputs).toEqual({ engine: "tcp://192.0.2.1:2376", tls, zone: "z" });
  expect(component.secrets).toEqual(["tls"]);
});

test.each<[HostArgs, string]>([
  [
    { engine: "unix:///x.sock", ssh: { address: "a" } },
    'engine "unix:///x.sock": is for an engine that is reached without ssh',
  ],
  [{ tls: { ca: "x" }, ssh: { address: "a" } }, 'tls ["ca"]: is for an engine that is reached without ssh'],
  [{ allowPlainTcp: true, ssh: { address: "a" } }, "allowPlainTcp true: is for an engine that is reached without ssh"],
  [{ ssh: { address: "me@a" } }, 'ssh.address "me@a": must be only the machine\'s name or address'],
  [{ ssh: { address: "a", port: 0 } }, "ssh.port 0: must be a whole number from 1 to 65535"],
  [{ install: "docker" }, 'install "docker": needs ssh to reach the machine'],
  [{ timeoutSeconds: 0 }, "timeoutSeconds 0: must be a number of seconds above 0"],
  [
    { privateAddress: "10.0.0.2/24" },
    'privateAddress "10.0.0.2/24": is a block of addresses: give the address alone, 10.0.0.2',
  ],
  [
    { privateAddress: "node1.example.com" },
    'privateAddress "node1.example.com": is not an IP address: give one of the',
  ],
  [{ privateAddress: "eth1" }, 'privateAddress "eth1": is not an IP address: give one of the machine\'s own'],
  [{ privateAddress: "0.0.0.0" }, 'privateAddress "0.0.0.0": is not an address at which other hosts reach a machine'],
  [{ endpointAddress: "http://a" }, 'endpointAddress "http://a": must be a host name or an IP address alone'],
  [{ endpointAddress: "192.0.2.1/24" }, 'endpointAddress "192.0.2.1/24": must be a host name or an IP address alone'],
  [
    { dataPathAddress: "eth1" },
    'dataPathAddress "eth1": is not an IP address: give one of the machine\'s own, such as 10.0.20.11',
  ],
])("is rejected with %j", async (args, line) => {
  expect(await getErrorMessage(() => new Host("laptop", { hostname: "laptop", ...args }))).toContain(
    `Host "laptop": ${line}`,
  );
});
