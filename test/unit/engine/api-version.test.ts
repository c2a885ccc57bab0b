import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { negotiateApiVersion, isVersionMismatchMessage, versionMismatchError } from "../../../engine/api-version.ts";
import { execWithInput } from "../../../engine/exec.ts";
import { Engine } from "../../../engine/engine.ts";
import { isTransient } from "../../../engine/errors.ts";
import { loadImages, progressFailure, pullImage } from "../../../engine/images.ts";
import { ApiVersionError, EngineError } from "../../../engine/transport.ts";
import { collectSnapshot } from "../../../provider/preflight/collect-snapshot.ts";
import { waitForEngine } from "../../../provider/hosts/wait-for-engine.ts";
import { FakeEngines } from "../../fake-swarm/fake-engines.ts";

describe("the negotiated API version", () => {
  test.each([
    ["1.41", "1.41"],
    ["1.45", "1.45"],
    ["1.51", "1.51"],
    ["1.52", "1.51"],
    ["1.56", "1.51"],
    ["1.100", "1.51"],
    ["2.0", "1.51"],
  ])("is, for the newest version %s, %s", (newest, version) =>
    expect(negotiateApiVersion(newest)).toEqual({ version }),
  );

  test.each(["1.40", "1.9", "0.99"])("rejects an engine whose newest version is %s", (newest) => {
    const problem = `supports version ${newest} of the Engine API at most, and pulumi-swarm needs 1.41: upgrade it to Docker 20.10 or later`;
    expect(negotiateApiVersion(newest)).toEqual({ problem });
  });
});

const TOO_OLD = (asked: string, least: string) =>
  `client version ${asked} is too old. Minimum supported API version is ${least}, please upgrade your client to a newer version`;
const TOO_NEW = (asked: string, most: string) =>
  `client version ${asked} is too new. Maximum supported API version is ${most}`;

test.each([
  [TOO_OLD("1.51", "1.60"), true],
  [TOO_NEW("1.51", "1.41"), true],
  [`the engine does not start the command: ${TOO_NEW("1.51", "1.41")}`, true],
  ["page not found", false],
  ["the client is too new", false],
])("%s: is a version mismatch: %s", (message, expected) => expect(isVersionMismatchMessage(message)).toBe(expected));

test("explains an engine that no longer supports our versions", () => {
  expect(versionMismatchError(TOO_OLD("1.51", "1.60"))).toBe(
    'requires version 1.60 of the Engine API at least, and this pulumi-swarm supports 1.51 at most: use a newer pulumi-swarm, or let the engine accept older versions ("min-api-version" in its daemon.json)',
  );
});

test.each([
  ["", undefined],
  ['{"status":"Pulling"}\n{"status":"Done"}\n', undefined],
  ['{"status":"Pulling"}\n{"errorDetail":{"message":"blob unknown"},"error":"blob unknown"}\n', "blob unknown"],
  ['{"error":"blob unknown"}', "blob unknown"],
  ['{"errorDetail":{"message":"blob unknown"}}\r\n', "blob unknown"],
])("finds the error in the image progress %j: %s", (told, failure) => expect(progressFailure(told)).toBe(failure));

describe("an engine", () => {
  let folder: string;
  let server: Server;
  /** The oldest and newest version that the engine supports; without the newest it reports none. */
  let speaks: { least: string; most?: string };
  let asked: string[];
  let answer: string;

  const number = (version: string) => Number(version.split(".")[1]);

  /** Checks a request's version first, as an engine does. */
  function refusal({ url = "" }: IncomingMessage): string | undefined {
    const [, version] = /^\/v([\d.]+)\//.exec(url) ?? [];
    if (version === undefined) return undefined;
    if (number(version) < number(speaks.least)) return TOO_OLD(version, speaks.least);
    return number(version) > number(speaks.most ?? version) ? TOO_NEW(version, speaks.most!) : undefined;
  }

  beforeEach(async () => {
    speaks = { least: "1.24", most: "1.45" };
    asked = [];
    answer = '{"Id":"command","Running":false,"ExitCode":0,"Name":"a","Swarm":{}}';
    folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-api-"));
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (speaks.most) response.setHeader("Api-Version", speaks.most);
      const message = refusal(request);
      request.resume().on("end", () => {
        if (message) response.writeHead(400).end(JSON.stringify({ message }));
        else response.end(request.url === "/_ping" ? "OK" : answer);
      });
    });
    server.on("upgrade", (request: IncomingMessage, socket) => {
      asked.push(`${request.method} ${request.url}`);
      const message = refusal(request);
      const body = JSON.stringify({ message });
      if (message) socket.end(`HTTP/1.1 400 Bad Request\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      else socket.end("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    });
    await new Promise<void>((listening) => server.listen(join(folder, "engine.sock"), listening));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const connection = () => ({ host: `unix://${join(folder, "engine.sock")}` });
  const engine = () => new Engine(connection());

  test("negotiates once and then uses that version", async () => {
    await engine().info();
    await engine().listNodes();
    await engine().removeVolume("a b");
    expect(asked).toEqual(["GET /_ping", "GET /v1.45/info", "GET /v1.45/nodes", "DELETE /v1.45/volumes/a%20b"]);
  });

  test("a ping negotiates the version", async () => {
    await engine().ping();
    await engine().info();
    expect(asked).toEqual(["GET /_ping", "GET /v1.45/info"]);
  });

  test("uses the newest tested version with a newer engine", async () => {
    speaks = { least: "1.44", most: "1.56" };
    await engine().info();
    expect(asked).toEqual(["GET /_ping", "GET /v1.51/info"]);
  });

  test("uses that version for upgraded connections as well", async () => {
    expect(await execWithInput(engine(), "one", ["mc"], "")).toMatchObject({ exitCode: 0 });
    expect(asked).toEqual([
      "GET /_ping",
      "POST /v1.45/containers/one/exec",
      "POST /v1.45/exec/command/start",
      "GET /v1.45/exec/command/json",
    ]);
  });

  test.each([
    ["upgraded to one without the version", { least: "1.47", most: "1.51" }, "1.51"],
    ["replaced by an older engine", { least: "1.24", most: "1.41" }, "1.41"],
  ])("negotiates again after it was %s", async (_case, now, version) => {
    await engine().info();
    speaks = now;
    asked = [];
    await engine().updateNode("one", 7, { Role: "worker", Availability: "active" });
    const path = "nodes/one/update?version=7";
    expect(asked).toEqual([`POST /v1.45/${path}`, "GET /_ping", `POST /v${version}/${path}`]);
    speaks = { least: "1.41", most: "1.43" };
    asked = [];
    expect(await execWithInput(engine(), "one", ["mc"], "")).toMatchObject({ exitCode: 0 });
    expect(asked.at(-1)).toBe(`GET /v${version === "1.41" ? "1.41" : "1.43"}/exec/command/json`);
  });

  test.each<[string, { least: string; most: string }, string]>([
    ["too old", { least: "1.12", most: "1.40" }, "supports version 1.40 of the Engine API at most"],
    ["too new", { least: "1.60", most: "1.70" }, "requires version 1.60 of the Engine API at least"],
  ])("that is %s is rejected at once by every call, with its address and the versions", async (_case, now, words) => {
    speaks = now;
    const line = `Docker Engine at ${connection().host} ${words}`;
    const error: unknown = await engine()
      .info()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiVersionError);
    expect((error as Error).message.startsWith(line)).toBe(true);
    expect(isTransient(error)).toBe(false);
    const host = { key: "a", connection: connection(), hostname: "a", timeoutSeconds: 60 };
    await expect(waitForEngine(host)).rejects.toThrow(line);
    await expect(collectSnapshot({ a: host })).rejects.toThrow(line);
    await expect(execWithInput(engine(), "one", ["mc"], "")).rejects.toThrow(words);
  });

  test("sends no version to an engine that reports none, as behind a proxy", async () => {
    speaks = { least: "1.24" };
    await engine().info();
    await engine().listNodes();
    expect(asked).toEqual(["GET /_ping", "GET /info", "GET /nodes"]);
  });

  test.each([
    ["errorDetail alone", { errorDetail: { message: "blob unknown" } }],
    ["both fields", { error: "blob unknown", errorDetail: { message: "blob unknown" } }],
  ])("returns an error from an image operation's progress: %s", async (_case, last) => {
    answer = `{"status":"Downloading"}\n${JSON.stringify(last)}\n`;
    const pulled = pullImage(engine(), "silo:1", 5_000);
    await expect(pulled).rejects.toBeInstanceOf(EngineError);
    await expect(pulled).rejects.toThrow("blob unknown");
    await expect(loadImages(engine(), Buffer.from("archive"))).rejects.toThrow("blob unknown");
  });
});

test("a fake engine uses the version of the recorded engine", async () => {
  const fake = await FakeEngines.start(1);
  try {
    const engine = new Engine(fake.engine(1).connection);
    expect(await engine.info()).toMatchObject({ Name: "host1" });
    await engine.info();
    expect(fake.requests).toEqual(["host1 GET /info", "host1 GET /info"]);
    expect(fake.takeResponseStats().count).toBe(3);
  } finally {
    await fake.stop();
  }
});
