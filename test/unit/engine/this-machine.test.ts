import { describe, expect, test } from "vitest";
import { type LocalMachine, notLocalReason, runLocalScript } from "../../../engine/this-machine.ts";

const SOCKET = { host: "unix:///var/run/docker.sock" };
const INFO = { Name: "laptop", OperatingSystem: "Debian GNU/Linux 12", SecurityOptions: ["name=seccomp"] };
const LINUX: LocalMachine = {
  platform: "linux",
  hostname: "laptop",
  sockets:
    "Num       RefCount Protocol Flags    Type St Inode Path\n" +
    "0000000000000000: 00000002 00000000 00010000 0001 01 24023 /run/docker.sock\n",
  real: (path) => path.replace("/var/run/", "/run/"),
};

describe("this machine's firewall protects an engine's ports", () => {
  const problem = (host = SOCKET, info: Partial<typeof INFO> = {}, machine: Partial<LocalMachine> = {}) =>
    notLocalReason(host, () => Promise.resolve({ ...INFO, ...info }), { ...LINUX, ...machine });

  test("if the engine runs here", async () => expect(await problem()).toBeUndefined());

  test.each<[string, Parameters<typeof problem>, string]>([
    [
      "an engine elsewhere",
      [{ host: "tcp://10.0.0.1:2376" }],
      "its engine is reached at tcp://10.0.0.1:2376, neither by",
    ],
    ["macOS", [SOCKET, {}, { platform: "darwin" }], "its engine runs in a virtual machine, as always on darwin"],
    [
      "Windows",
      [{ host: "npipe:////./pipe/docker_engine" }, {}, { platform: "win32" }],
      "its engine runs in a virtual",
    ],
    [
      "Docker Desktop on Linux",
      [SOCKET, { OperatingSystem: "Docker Desktop" }],
      "its engine is Docker Desktop's, in a",
    ],
    [
      "rootless",
      [SOCKET, { SecurityOptions: ["name=rootless"] }],
      "its engine runs rootless, in its own network namespace",
    ],
    [
      "a container with the engine's socket",
      [SOCKET, {}, { hostname: "6f1c2a" }],
      "its engine at unix:///var/run/docker",
    ],
    [
      "another network namespace",
      [SOCKET, {}, { sockets: "" }],
      "its engine at unix:///var/run/docker.sock is in another",
    ],
  ])("not of %s", async (_, args, line) => expect(await problem(...args)).toMatch(line));

  test("does not inspect an engine whose address is conclusive", async () => {
    const ask = () => Promise.reject(new Error("asked"));
    expect(await notLocalReason({ host: "tcp://10.0.0.1:2376" }, ask, LINUX)).toMatch(/neither by ssh/);
    expect(await notLocalReason({ host: "ssh://nas" }, ask, LINUX)).toBe(
      "its engine is on another machine, at ssh://nas",
    );
  });
});

test("a local script reads its input and returns its output and exit code", async () => {
  const { exitCode, stdout, stderr } = await runLocalScript("cat; echo said >&2; exit 3", { input: "one\ntwo\n" });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 3, stdout: "one\ntwo\n", stderr: "said\n" });
});
