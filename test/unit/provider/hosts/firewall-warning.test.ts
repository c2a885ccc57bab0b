import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HostFirewall, type HostFirewallInputs } from "../../../../provider/hosts/host-firewall.ts";

const OWNER = { id: "4f1c", project: "p", stack: "s", name: "store-firewall" };
const INPUTS: HostFirewallInputs = {
  host: "a",
  connection: { host: "ssh://root@198.51.100.1" },
  machineId: "m1",
  owner: OWNER,
  filter: { chain: "PULUMI-SWARM-1", title: 'MinioService "store"', ports: [9000], allowFrom: ["10.1.0.0/16"] },
  intact: true,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-ssh-"));
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Installs an ssh whose machine accepts every rule, and then lists these for IPv4. */
function machineShows(rules: string[]): void {
  writeFileSync(join(folder, "rules"), ["== iptables", ...rules, "== file", "0", "== end", "end", ""].join("\n"));
  const script = `#!/bin/sh\nif grep -q 'section end'; then cat '${join(folder, "rules")}'; fi\n`;
  writeFileSync(join(folder, "ssh"), script, { mode: 0o755 });
}

test("warns of a rule that still precedes ours after installation", async () => {
  machineShows(["-A FORWARD -i cali+ -j ACCEPT", "-A FORWARD -j PULUMI-SWARM-1"]);
  const log = vi.spyOn(console, "log").mockReturnValue();
  await HostFirewall.create(INPUTS);
  expect(log).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(
      /^warning: host a: .*iptables FORWARD: "-A FORWARD -i cali\+ -j ACCEPT" stands before PULUMI-SWARM-1.*: stop the program that sets that rule/,
    ),
  );
});

test("read finds such a rule as drift, and the next update installs the rules again", async () => {
  machineShows(["-A FORWARD -i cali+ -j ACCEPT", "-A FORWARD -j PULUMI-SWARM-1"]);
  vi.spyOn(console, "log").mockReturnValue();
  const { props } = await HostFirewall.read("a/PULUMI-SWARM-1", INPUTS);
  expect(props).toMatchObject({ intact: false });
  expect(await HostFirewall.diff("id", props!, INPUTS)).toMatchObject({ changes: true, replaces: [] });
});
