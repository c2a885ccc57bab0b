import { describe, expect, test } from "vitest";
import { execArguments } from "../../commands/exec/arguments.ts";
import { frames } from "../../components/engine/frames.ts";
import { nodeOf, storeContainer } from "../../commands/exec/container.ts";
import type { TaskDetails } from "../../components/engine/types.ts";

describe("arguments", () => {
  test.each([
    ["local mc ls local/b", { stack: "dev", host: "local", command: ["mc", "ls", "local/b"] }],
    ["--stack dev local mc", { stack: "dev", host: "local", command: ["mc"] }],
    ["--stack=dev local mc", { stack: "dev", host: "local", command: ["mc"] }],
    ["-s dev local mc", { stack: "dev", host: "local", command: ["mc"] }],
    // What follows the host key is the command's own, our options' names too.
    [
      "local mc admin info local --json",
      { stack: "dev", host: "local", command: ["mc", "admin", "info", "local", "--json"] },
    ],
    ["local mc --stack x -s", { stack: "dev", host: "local", command: ["mc", "--stack", "x", "-s"] }],
  ])("%s", (line, expected) => {
    expect(execArguments(line.split(" "))).toEqual(expected);
  });

  test.each([
    ["", /a host key and a command are needed/],
    ["local", /a host key and a command are needed/],
    ["--stack dev", /a host key and a command are needed/],
    ["--verbose local mc", /option "--verbose": not known here/],
    ["--stack nosuch local mc", /--stack "nosuch".*choose one of .*dev/],
  ])("refused: %j", (line, message) => {
    expect(() => execArguments(line.split(" ").filter(Boolean))).toThrow(message);
  });
});

describe("the host", () => {
  const nodes = {
    b: { nodeId: "n2", role: "worker", address: "10.0.0.2" },
    a: { nodeId: "n1", role: "manager", address: "10.0.0.1" },
  };

  test("its node", () => expect(nodeOf("b", nodes)).toBe("n2"));

  test.each(["c", "constructor"])("%s is unknown: the keys are listed", (host) => {
    expect(() => nodeOf(host, nodes)).toThrow(`host "${host}": there is no such host key; choose one of a, b`);
  });
});

describe("the store's container", () => {
  const task = (over: { node?: string; state?: string; desired?: string; env?: string[]; container?: string }) =>
    ({
      NodeID: over.node ?? "n1",
      DesiredState: over.desired ?? "running",
      Status: { State: over.state ?? "running", ContainerStatus: { ContainerID: over.container ?? "c1" } },
      Spec: { ContainerSpec: { Env: over.env ?? ["MC_CONFIG_ENV_FILE=/run/secrets/mc-aliases"] } },
    }) as TaskDetails;

  test.each([
    ["the running one", [task({ state: "failed", desired: "shutdown", container: "old" }), task({})], "c1"],
    ["none on another node", [task({ node: "n2" })], undefined],
    ["none that is about to stop", [task({ desired: "shutdown" })], undefined],
    ["none of another service", [task({ env: ["A=b"] })], undefined],
  ])("%s", (_name, tasks, expected) => {
    expect(storeContainer(tasks, "n1")).toBe(expected);
  });
});

describe("the engine's frames", () => {
  const frame = (which: number, text: string) => {
    const head = Buffer.alloc(8);
    head.writeUInt8(which, 0);
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const all = Buffer.concat([frame(1, "out"), frame(2, "err"), frame(1, ""), frame(1, "more")]);

  test.each([1, 3, 8, 9, all.length])("are taken apart when they come %i bytes at a time", (step) => {
    const heard: [number, string][] = [];
    const take = frames((which, bytes) => heard.push([which, bytes.toString()]));
    for (let at = 0; at < all.length; at += step) take(all.subarray(at, at + step));
    expect(heard).toEqual([
      [1, "out"],
      [2, "err"],
      [1, ""],
      [1, "more"],
    ]);
  });
});
