import * as pulumi from "@pulumi/pulumi";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sshCommandOptions } from "../../../engine/ssh.ts";
import { sshConnection } from "../../../components/hosts/ssh-connection.ts";
import { dockerConfig } from "../../../components/swarm/docker-provider.ts";
import { run } from "../../../toolchain/run.ts";
import { fakeHost, runProgram as runProgram, getValue } from "../harness.ts";

/** The options of ssh_config(5) that accept an unverified key or use another connection. */
const CARELESS = {
  StrictHostKeyChecking: "no",
  NoHostAuthenticationForLocalhost: "yes",
  VerifyHostKeyDNS: "yes",
  ControlMaster: "auto",
  ControlPath: "/tmp/shared-connection",
  UpdateHostKeys: "yes",
  KnownHostsCommand: "/usr/bin/ssh-keyscan %H",
  UserKnownHostsFile: "/tmp/anything",
  GlobalKnownHostsFile: "/tmp/anything",
  ProxyCommand: "nc %h %p",
  BatchMode: "no",
};

const HOST_KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;
/** ssh's resulting options for a pinned key. */
const CAREFUL = {
  stricthostkeychecking: "true",
  nohostauthenticationforlocalhost: "no",
  verifyhostkeydns: "false",
  controlmaster: "false",
  updatehostkeys: "false",
  knownhostscommand: `/bin/echo %H ${HOST_KEY}`,
  userknownhostsfile: "/dev/null",
  globalknownhostsfile: "/dev/null",
  batchmode: "yes",
};

let folder: string;
let config: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ssh-"));
  config = join(folder, "config");
  const lines = Object.entries(CARELESS).map(([option, value]) => `${option} ${value}\n`);
  writeFileSync(config, lines.join(""));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the options that the system's ssh would use. It does not connect. */
async function decided(words: string[]): Promise<Record<string, string>> {
  return byOption(await run("ssh", ["-F", config, "-G", ...words]));
}

function byOption(printed: string): Record<string, string> {
  return Object.fromEntries(printed.split("\n").map((line) => line.split(/ (.*)/s).slice(0, 2) as [string, string]));
}

describe("with any ~/.ssh/config and any options", () => {
  const pinned = { address: "127.0.0.1", hostKey: HOST_KEY };

  test("checks a pinned host key and shares no connection", async () => {
    const given = await decided([...sshCommandOptions(sshConnection(pinned)), "127.0.0.1"]);
    expect(given).toMatchObject(CAREFUL);
    expect(given).not.toHaveProperty("controlpath");
    expect(given["proxycommand"]).toBe(CARELESS.ProxyCommand);
  });

  test("checks the key of a jump host in the same way", async () => {
    const way = { jumpHost: "me@127.0.0.1:2222", jumpHostKey: HOST_KEY };
    const outer = await decided([...sshCommandOptions(sshConnection({ ...pinned, ...way })), "127.0.0.1"]);
    expect(outer).toMatchObject(CAREFUL);
    // ssh runs ProxyCommand in a shell; -G prints the resulting options.
    const command = outer["proxycommand"]!.replaceAll("%%", "%")
      .replace(/^ssh /, `ssh -F '${config}' -G `)
      .replace("'[%h]:%p'", "far:22");
    const there = byOption(await run("sh", ["-c", command]));
    expect(there).toMatchObject({ ...CAREFUL, user: "me", port: "2222" });
    expect(there).not.toHaveProperty("controlpath");
  });

  test("makes the docker plugin start ssh with the same options", async () => {
    const engine = sshConnection({ ...pinned, jumpHost: "me@127.0.0.1:2222", jumpHostKey: HOST_KEY });
    const host = fakeHost("a", undefined, undefined, { engine: pulumi.output(engine) });
    const { value } = await runProgram(() => dockerConfig("swarm-docker", [host]));
    const options = await getValue(pulumi.output(value.sshOpts));
    expect(options).toEqual(sshCommandOptions(engine));
  });

  test.each([
    [["-o", "StrictHostKeyChecking=no", "-o", "VerifyHostKeyDNS=yes", "-o", "NoHostAuthenticationForLocalhost=yes"]],
    [["-M", "-S", "/tmp/shared-connection"]],
    [["-o", "ControlPath=/tmp/shared-connection", "-o", "ControlMaster=auto"]],
  ])("sshOptions cannot change this: %j", async (sshOptions) => {
    const words = sshCommandOptions({ host: "ssh://127.0.0.1", sshOptions });
    const { controlpath, stricthostkeychecking, verifyhostkeydns, nohostauthenticationforlocalhost } = await decided([
      ...words,
      "127.0.0.1",
    ]);
    expect({ controlpath, stricthostkeychecking, verifyhostkeydns, nohostauthenticationforlocalhost }).toEqual({
      controlpath: undefined,
      stricthostkeychecking: "true",
      verifyhostkeydns: "false",
      nohostauthenticationforlocalhost: "no",
    });
  });
});
