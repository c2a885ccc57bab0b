import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloudVolumes } from "../../commands/down/cloud-volumes.ts";
import { findData, removeData } from "../../commands/down/data.ts";
import { stackHosts } from "../../commands/support/stack-hosts.ts";

const config = {
  "pulumi-swarm:hostDefaults": { user: "deploy", identityFile: "/key", labels: { a: "b" } },
  "pulumi-swarm:hosts": {
    b: { address: "10.0.0.2", role: "worker" },
    a: { address: "10.0.0.1", user: "root", port: 2222 },
  },
};

test("a stack's hosts are those of its state and those that only its config names", () => {
  const recorded = [
    { key: "c", connection: { host: "ssh://gone" } },
    { key: "b", connection: { host: "ssh://recorded" } },
  ];
  const hosts = stackHosts(recorded, config, false);
  expect(hosts.map(({ key, connection }) => [key, connection.host])).toEqual([
    ["a", "ssh://root@10.0.0.1:2222"],
    ["b", "ssh://recorded"],
    ["c", "ssh://gone"],
  ]);
  expect(hosts[0]!.connection.sshOptions).toEqual(expect.arrayContaining(["-i", "/key"]));
});

test("what is no host is left to the program, which says so", () => {
  const hosts = { a: {}, b: null, c: { address: 7 }, d: { address: "10.0.0.4" } };
  expect(stackHosts([], { "pulumi-swarm:hosts": hosts }, false).map(({ key }) => key)).toEqual(["d"]);
});

test("of this machine alone, what is recorded goes before what DOCKER_HOST names", () => {
  expect(stackHosts([], {}, true).map(({ key }) => key)).toEqual(["local"]);
  const recorded = [{ key: "local", connection: { host: "tcp://10.0.0.9:2375" } }];
  expect(stackHosts(recorded, {}, true)).toEqual(recorded);
});

test("of machines in a cloud, the volumes are what holds data", () => {
  const urn = (type: string, name: string) => `urn:pulumi:prod::p::pulumi-swarm:index:AwsHosts$${type}::${name}`;
  const resource = (type: string, name: string, more: object) => ({ urn: urn(type, name), type, ...more });
  const volume = "aws:ebs/volume:Volume";
  const state = [
    resource(volume, "hosts-b-d1", { id: "vol-2", protect: true }),
    resource("aws:ec2/instance:Instance", "hosts-b", { id: "i-2" }),
    resource(volume, "hosts-a-d1", { id: "vol-1" }),
    resource(volume, "hosts-c-d1", {}),
  ];
  expect(cloudVolumes(state)).toEqual([
    { name: "hosts-a-d1", id: "vol-1", isProtected: false },
    { name: "hosts-b-d1", id: "vol-2", isProtected: true },
  ]);
});

/** An engine that has volumes and nothing else; the first removal finds each of them in use. */
const volumes = new Set(["data-2", "data-1"]);
const asked: string[] = [];
const engine = http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://engine");
  const answer = (status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  asked.push(`${request.method} ${pathname} ${searchParams.get("filters") ?? ""}`.trim());
  const name = pathname.slice("/volumes/".length);
  if (request.method !== "DELETE") return answer(200, { Volumes: [...volumes].map((Name) => ({ Name })) });
  const isFirst = asked.filter((line) => line === `DELETE /volumes/${name}`).length === 1;
  if (isFirst) return answer(409, { message: "volume is in use" });
  volumes.delete(name);
  response.writeHead(204).end();
});
beforeAll(() => new Promise<void>((done) => engine.listen(0, "127.0.0.1", done)));
afterAll(() => new Promise((done) => engine.close(done)));

test("data is found on every host that answers, the others are named, and it is removed once nothing uses it", async () => {
  const { port } = engine.address() as AddressInfo;
  const up = { key: "up", connection: { host: `tcp://127.0.0.1:${port}` } };
  const down = { key: "down", connection: { host: "unix:///nowhere/docker.sock" } };

  const found = await findData([down, up], "p", "s");
  expect(found.volumes.map(({ host, name }) => [host.key, name])).toEqual([
    ["up", "data-1"],
    ["up", "data-2"],
  ]);
  expect(found.silent).toEqual([{ key: "down", why: expect.stringContaining("/nowhere/docker.sock") as string }]);
  expect(asked.at(-1)).toBe('GET /volumes {"label":["pulumi-swarm.project=p","pulumi-swarm.stack=s"]}');

  await removeData(found.volumes);
  expect(volumes.size).toBe(0);
});
