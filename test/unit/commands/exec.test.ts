import { describe, expect, test } from "vitest";
import { execArguments } from "../../../commands/exec/arguments.ts";
import { demuxStream } from "../../../engine/stream-demux.ts";
import { findHost, findStoreContainer } from "../../../commands/exec/container.ts";
import type { ContainerSummary } from "../../../engine/types.ts";

describe("arguments", () => {
  test.each([
    ["local mc ls local/b", { stack: "dev", host: "local", command: ["mc", "ls", "local/b"] }],
    ["--stack dev local mc", { stack: "dev", host: "local", command: ["mc"] }],
    ["--stack=dev local mc", { stack: "dev", host: "local", command: ["mc"] }],
    ["-s dev local mc", { stack: "dev", host: "local", command: ["mc"] }],
    // Everything after the host key belongs to the command, even options with our names.
    [
      "local mc admin info local --json",
      { stack: "dev", host: "local", command: ["mc", "admin", "info", "local", "--json"] },
    ],
    ["local mc --stack x -s", { stack: "dev", host: "local", command: ["mc", "--stack", "x", "-s"] }],
  ])("%s", (line, expected) => {
    expect(execArguments(line.split(" "))).toEqual(expected);
  });

  test.each([
    ["", /argument <host key>: is missing: see `npm run exec -- --help`/],
    ["local", /argument <command>: is missing/],
    ["--stack dev", /argument <host key>: is missing/],
    ["--verbose local mc", /option "--verbose": unknown to `npm run exec`/],
    ["--stack nosuch local mc", /--stack "nosuch".*choose one of .*dev/],
  ])("refused: %j", (line, message) => {
    expect(() => execArguments(line.split(" ").filter(Boolean))).toThrow(message);
  });
});

describe("the host", () => {
  const hosts = [{ key: "b" }, { key: "a" }];

  test("is found by its key", () => expect(findHost("b", hosts)).toBe(hosts[0]));

  test.each(["c", "constructor"])("rejects the unknown key %s and lists the known ones", (host) => {
    expect(() => findHost(host, hosts)).toThrow(`host "${host}": there is no such host: choose one of a, b`);
  });
});

describe("the store's container", () => {
  const serviceIds = { main: "svc1", "more/b": "svc2" };
  const container = (Id: string, service: string | undefined, State = "running") =>
    ({
      Id,
      State,
      Labels: service === undefined ? {} : { "com.docker.swarm.service.id": service },
    }) as ContainerSummary;

  test.each([
    ["the newest that is running", [container("c2", "svc1"), container("c1", "svc1")], "c2"],
    ["that of any pool", [container("c1", "svc2")], "c1"],
    ["none that has ended", [container("c1", "svc1", "exited")], undefined],
    [
      "none of another service, or outside of services",
      [container("c1", "gateway"), container("c2", undefined)],
      undefined,
    ],
  ])("%s", (_name, containers, expected) => {
    expect(findStoreContainer(containers, serviceIds)).toBe(expected);
  });
});

describe("the engine's stream frames", () => {
  const frame = (which: number, text: string) => {
    const head = Buffer.alloc(8);
    head.writeUInt8(which, 0);
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const all = Buffer.concat([frame(1, "out"), frame(2, "err"), frame(1, ""), frame(1, "more")]);

  test.each([1, 3, 8, 9, all.length])("are decoded from chunks of %i bytes", (step) => {
    const heard: [number, string][] = [];
    const take = demuxStream((which, bytes) => heard.push([which, bytes.toString()]));
    for (let at = 0; at < all.length; at += step) take(all.subarray(at, at + step));
    expect(heard).toEqual([
      [1, "out"],
      [2, "err"],
      [1, ""],
      [1, "more"],
    ]);
  });
});
