import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { machineAddress } from "../../../engine/machine-address.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ssh-"));
  const hosts = [
    "Host nas",
    "  HostName 192.0.2.7",
    "Host backup",
    "  HostName backup.example",
    "Host v6",
    "  HostName 2001:db8::7",
  ];
  writeFileSync(join(folder, "config"), `${hosts.join("\n")}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["unix:///var/run/docker.sock", "127.0.0.1"],
  ["npipe:////./pipe/docker_engine", "127.0.0.1"],
  ["tcp://127.0.0.1:2375", "127.0.0.1"],
  ["tcp://localhost:2375", "127.0.0.1"],
  ["tcp://[::1]:2375", "127.0.0.1"],
  ["tcp://192.0.2.1:2376", "192.0.2.1"],
  ["tcp://nas.example", "nas.example"],
  ["tcp://[2001:db8::1]:2376", "2001:db8::1"],
  ["ssh://me@192.0.2.1:2222", "192.0.2.1"],
  ["ssh://me@[2001:db8::1]", "2001:db8::1"],
  ["ssh://me@far.example", "far.example"],
  ["ssh://Far.example", "Far.example"],
  ["ssh://me@nas", "192.0.2.7"],
  ["ssh://backup:2222", "backup.example"],
  ["ssh://v6", "2001:db8::7"],
])("the machine of %s is reached at %s", async (host, address) => {
  expect(await machineAddress({ host, sshOptions: ["-F", join(folder, "config")] })).toBe(address);
});
