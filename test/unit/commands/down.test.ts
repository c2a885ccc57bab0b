import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cloudVolumes } from "../../../commands/down/cloud-volumes.ts";
import {
  type DataCriteria,
  type DataVolume,
  findDataVolumes,
  removeVolumes,
  findVolumeUsers,
} from "../../../commands/down/data.ts";
import { isOurs, excludeIdentity } from "../../../commands/down/identity.ts";
import { confirmRemoval, removalLines } from "../../../commands/down/confirmation.ts";
import { stackHosts } from "../../../commands/lib/stack-hosts.ts";
import { IDENTITY_TYPE } from "../../../commands/lib/state.ts";

const config = {
  "pulumi-swarm:hostDefaults": { user: "deploy", identityFile: "/key", labels: { a: "b" } },
  "pulumi-swarm:hosts": {
    b: { address: "10.0.0.2", role: "worker" },
    a: { address: "10.0.0.1", user: "root", port: 2222 },
  },
};

test("the hosts of a stack are those in its state and those only in its config", () => {
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

test("an invalid host is left to the program, which reports it", () => {
  const hosts = { a: {}, b: null, c: { address: 7 }, d: { address: "10.0.0.4" } };
  expect(stackHosts([], { "pulumi-swarm:hosts": hosts }, false).map(({ key }) => key)).toEqual(["d"]);
});

test("on this machine, the recorded engine takes precedence over DOCKER_HOST", () => {
  expect(stackHosts([], {}, true).map(({ key }) => key)).toEqual(["local"]);
  const recorded = [{ key: "local", connection: { host: "tcp://10.0.0.9:2375" } }];
  expect(stackHosts(recorded, {}, true)).toEqual(recorded);
});

test("for machines in a cloud, lists their volumes with data", () => {
  const urn = (type: string, name: string) => `urn:pulumi:prod::p::swarm:index:AwsHosts$${type}::${name}`;
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

/** An engine with volumes, and containers that use them until they have been listed a number of times. */
const labels = { "pulumi-swarm.owner": "this-state" };
const other = { "pulumi-swarm.owner": "another-state" };
const volumes = new Map<string, Record<string, string> | null>();
const users = new Map<string, { Id: string; Names: string[]; Labels: Record<string, string>; listings: number }>();
const removed: string[] = [];

const engine = http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://engine");
  const answer = (status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  if (pathname === "/_ping") return response.end("OK");
  if (pathname === "/containers/json") {
    expect(searchParams.get("all")).toBe("true");
    const { volume } = JSON.parse(searchParams.get("filters") ?? "{}") as { volume: string[] };
    const user = users.get(volume[0] ?? "");
    return answer(200, user && user.listings-- > 0 ? [user] : []);
  }
  if (request.method === "GET") {
    return answer(200, { Volumes: [...volumes].map(([Name, Labels]) => ({ Name, Labels })) });
  }
  const name = pathname.slice("/volumes/".length);
  removed.push(name);
  // A container that has just ended holds its volume for a moment.
  if (removed.filter((one) => one === name).length === 1) return answer(409, { message: "volume is in use" });
  response.writeHead(204).end();
});
beforeAll(() => new Promise<void>((done) => engine.listen(0, "127.0.0.1", done)));
afterAll(() => new Promise((done) => engine.close(done)));
beforeEach(() => {
  volumes.clear();
  users.clear();
  removed.length = 0;
});

const host = (key = "up") => {
  const { port } = engine.address() as AddressInfo;
  return { key, connection: { host: `tcp://127.0.0.1:${port}` } };
};
const sought: DataCriteria = {
  isOurs: (found) => isOurs(found, [{ urn: "urn:identity", type: IDENTITY_TYPE, id: "this-state" }]),
  mounted: ["minio-d1", "minio-d2", "minio-d3"],
};

test("finds data by its labels and by the services that mount it, on all reachable hosts, and names the others", async () => {
  volumes.set("minio-d2", null).set("minio-d1", labels).set("minio-d3", other);
  volumes.set("former-d1", labels).set("theirs", other).set("plain", null);
  const down = { key: "down", connection: { host: "unix:///nowhere/docker.sock" } };
  const found = await findDataVolumes([down, host()], sought);
  expect(found.volumes.map(({ host: { key }, name, isOurs }) => [key, name, isOurs])).toEqual([
    ["up", "former-d1", true],
    ["up", "minio-d1", true],
    ["up", "minio-d2", false],
    ["up", "minio-d3", false],
  ]);
  expect(found.unreachable).toEqual([{ key: "down", why: expect.stringContaining("/nowhere/docker.sock") as string }]);
});

const data = (...names: string[]): DataVolume[] => names.map((name) => ({ host: host(), name, isOurs: true }));
const use = (name: string, container: string, listings: number, service = "") =>
  users.set(name, {
    Id: "0123456789abcdef",
    Names: [`/${container}`],
    Labels: { "com.docker.swarm.service.id": service },
    listings,
  });

test("removes data once it is no longer in use", async () => {
  use("data-2", "minio.1", 1);
  await removeVolumes(data("data-1", "data-2"));
  expect([...new Set(removed)]).toEqual(["data-1", "data-2"]);
});

test("removes no volume while one is in use, even by a stopped container", async () => {
  use("data-2", "backup", Infinity);
  await expect(removeVolumes(data("data-1", "data-2"), 0)).rejects.toThrow(
    "--delete-data: volumes are in use: data-2 on up by container backup: remove these containers first; no volume was removed",
  );
  expect(removed).toEqual([]);
});

test("ignores the tasks of the stack's own services while the stack still exists", async () => {
  use("data-1", "minio.1", Infinity, "own");
  use("data-2", "theirs.1", Infinity, "theirs");
  const found = await findVolumeUsers(data("data-1", "data-2"), ["own"]);
  expect(found.map(({ volume, container }) => [volume.name, container])).toEqual([["data-2", "theirs.1"]]);
});

describe("the question before data is removed", () => {
  const at = (key: string, name: string): DataVolume => ({
    host: { key, connection: { host: "" } },
    name,
    isOurs: true,
  });
  const all = [at("a", "minio-d1"), at("a", "minio-d2"), at("b", "minio-d1")];
  const asking = (answer: string) => {
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return answer;
    };
    return { asked, ask };
  };

  test("lists the volumes by host", () => {
    expect(removalLines(all)).toEqual(["  host a: minio-d1, minio-d2", "  host b: minio-d1"]);
  });

  test.each(["y", "Yes "])("accepts %o as consent", async (answer) => {
    const { asked, ask } = asking(answer);
    await confirmRemoval(all, { yes: false, isTerminal: true }, ask);
    expect(asked).toEqual(["Remove them? [y/N] "]);
  });

  test.each(["", "n", "yesterday"])("does not accept %o as consent", async (answer) => {
    const { ask } = asking(answer);
    await expect(confirmRemoval(all, { yes: false, isTerminal: true }, ask)).rejects.toThrow("nothing was changed");
  });

  test("requires --yes without a terminal", async () => {
    const { asked, ask } = asking("y");
    await expect(confirmRemoval(all, { yes: false, isTerminal: false }, ask)).rejects.toThrow(
      "(host a: minio-d1, minio-d2; host b: minio-d1): add --yes to agree; nothing was changed",
    );
    await confirmRemoval(all, { yes: true, isTerminal: false }, ask);
    expect(asked).toEqual([]);
  });

  test("is skipped if there is nothing to remove", async () => {
    await confirmRemoval([], { yes: false, isTerminal: false });
  });
});

test.each<[string, string[], string[]]>([
  ["stays", [], ["--exclude", "urn:identity"]],
  ["with other flags", ["--exclude-protected", "--debug"], ["--exclude", "urn:identity"]],
  ["is left to the user's own targets", ["--target", "urn:a"], []],
  ["is left to the user's own exclusions", ["--exclude=urn:a"], []],
])("the state's identity %s", (_what, rest, expected) => {
  const resources = [
    { urn: "urn:stack", type: "pulumi:pulumi:Stack" },
    { urn: "urn:identity", type: IDENTITY_TYPE },
  ];
  expect(excludeIdentity(resources, rest)).toEqual(expected);
});
