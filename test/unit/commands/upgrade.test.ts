import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { upgradeArguments } from "../../../commands/upgrade/arguments.ts";
import { restoredSpec, PREVIOUS_AVAILABILITY_LABEL, drainedSpec } from "../../../commands/upgrade/availability.ts";
import { inspectHostEngine } from "../../../commands/upgrade/machine.ts";
import {
  installCommands,
  type InstalledEngine,
  parseInstalledEngine,
  matchesVersion,
  chooseVersion,
} from "../../../commands/upgrade/package.ts";
import { type HostEngine, managerWarning, planUpgrade } from "../../../commands/upgrade/plan.ts";
import type { NodeDetails, NodeSpec } from "../../../engine/types.ts";
import { downtimeProblem } from "../../../provider/swarm/quorum.ts";
import { run } from "../../../toolchain/run.ts";

const CE = "5:28.5.1-1~debian.12~bookworm";
const OLD = "5:28.4.0-1~debian.12~bookworm";

const POLICY = `docker-ce:
  Installed: ${OLD}
  Candidate: ${CE}
  Version table:
     ${CE} 500
        500 https://download.example/linux/debian bookworm/stable amd64 Packages
 *** ${OLD} 500
        100 /var/lib/dpkg/status
     5:27.0.1-1~debian.12~bookworm 500`;

const engine = (more: Partial<InstalledEngine> = {}): InstalledEngine => ({
  manager: "apt-get",
  name: "docker-ce",
  version: OLD,
  companions: ["docker-ce-cli"],
  cliVersions: [],
  candidate: CE,
  available: [CE, OLD, "5:27.0.1-1~debian.12~bookworm"],
  needsRestart: false,
  ...more,
});

test("reads the engine of Debian from the output of its package manager", () => {
  const installed = `docker-ce ${OLD}\ndocker-ce-cli ${OLD}`;
  const printed = (running: string) =>
    `== running\n${running}\n\n== manager\napt-get\n\n== installed\n${installed}\n\n== policy docker-ce\n${POLICY}\n`;
  expect(parseInstalledEngine(printed("/usr/bin/dockerd"))).toEqual(engine());
  expect(parseInstalledEngine(printed("/usr/bin/dockerd (deleted)"))?.needsRestart).toBe(true);
});

test("reads the engine of Fedora from the output of its package manager", () => {
  const printed =
    "== running\n/usr/bin/dockerd\n\n== manager\ndnf\n\n== installed\npackage docker-ce is not installed\n" +
    "moby-engine 24.0.5-1.fc40\n\n== versions moby-engine\n25.0.1-1.fc40\n24.0.5-1.fc40\n";
  const available = ["25.0.1-1.fc40", "24.0.5-1.fc40"];
  const own = { manager: "dnf", name: "moby-engine", version: "24.0.5-1.fc40", companions: [] } as const;
  const known = { candidate: "25.0.1-1.fc40", available, needsRestart: false };
  expect(parseInstalledEngine(printed)).toEqual({ ...own, ...known, cliVersions: [] });
  const split = `${printed}\n== versions docker-cli\n25.0.1-1.fc40\n`;
  expect(parseInstalledEngine(split)).toEqual({ ...own, ...known, cliVersions: ["25.0.1-1.fc40"] });
});

test("finds no engine on a machine without a package of it", () => {
  expect(parseInstalledEngine("== running\n\n== manager\napt-get\n\n== installed\n")).toBeUndefined();
});

test.each([
  [CE, "28.5.1", true],
  [CE, "28.5", true],
  [CE, CE, true],
  [CE, "28.5.1-1~debian.12~bookworm", true],
  [CE, "28.5.10", false],
  ["20.10.24+dfsg1-1+deb12u1", "20.10.24+dfsg1", true],
  ["20.10.24+dfsg1-1+deb12u1", "20.1", false],
  ["5:29.0.0~rc.1-1~debian.13~trixie", "29.0.0-rc.1", true],
  ["5:29.0.0~rc.1-1~debian.13~trixie", "29.0.0~rc.1", true],
  ["5:29.0.0~rc.1-1~debian.13~trixie", "5:29.0.0~rc.1-1~debian.13~trixie", true],
  ["5:29.0.0~rc.1-1~debian.13~trixie", "29.0.0-rc.2", false],
  ["5:29.0.0~rc.1-1~debian.13~trixie", "29.0.0", false],
])("package %s is version %s: %s", (packaged, version, expected) => {
  expect(matchesVersion(packaged, version)).toBe(expected);
});

test("chooses the newest version, or the requested one", () => {
  expect(chooseVersion(engine())).toBe(CE);
  expect(chooseVersion(engine(), "28.5")).toBe(CE);
  expect(chooseVersion(engine(), "28.4.0")).toBe(OLD);
});

test.each([
  ["99.9", '--to "99.9": apt-get there has no such version of docker-ce; it has 5:28.5.1'],
  ["27.0.1", `--to "27.0.1": docker-ce there is newer (${OLD}), and Docker Engine cannot be downgraded`],
])("version %s is refused", (to, message) => {
  expect(() => chooseVersion(engine(), to)).toThrow(message);
});

test("downloads the same packages before it installs them", () => {
  const { fetch, install } = installCommands(engine(), CE);
  expect(install[1]).toMatch(/^env DEBIAN_FRONTEND=noninteractive apt-get .*--force-confold /);
  expect(install[1]).toContain("docker-ce=5:28.5.1-1~debian.12~bookworm'");
  expect(fetch).toContain("--download-only");
  const own = { manager: "dnf", name: "moby-engine", companions: [], cliVersions: [] } as const;
  expect(installCommands(own, "25.0.1-1.fc40").install[1]).toBe("dnf install -y moby-engine-25.0.1-1.fc40");
});

describe("an engine whose next version moves the docker command to a separate package", () => {
  const [OLD_IO, NEW_IO] = ["20.10.24+dfsg1-1+deb12u1", "26.1.5+dfsg1-9+b13"];
  const policyOf = (name: string, installed: string, versions: string[]) =>
    `== policy ${name}\n${name}:\n  Installed: ${installed}\n  Candidate: ${versions[0]}\n  Version table:\n` +
    versions.map((version) => `     ${version} 500\n        500 file:/debs ./ Packages\n`).join("");
  const look = (installed: string, cli: string) =>
    parseInstalledEngine(
      `== running\n/usr/sbin/dockerd\n== manager\napt-get\n== installed\n${installed}\n` +
        policyOf("docker.io", OLD_IO, [NEW_IO, OLD_IO]) +
        cli,
    )!;

  test.each<[string, string, string, string]>([
    ["is available", `docker.io ${OLD_IO}`, policyOf("docker-cli", "(none)", [NEW_IO]), `docker-cli=${NEW_IO}`],
    ["has another version", `docker.io ${OLD_IO}`, policyOf("docker-cli", "(none)", ["27.0.1-1"]), ""],
    ["is unknown", `docker.io ${OLD_IO}`, "", ""],
    ["is already installed", `docker.io ${OLD_IO}\ndocker-cli ${OLD_IO}`, "", `docker-cli=${NEW_IO}`],
    [
      "belongs to another publisher",
      `docker.io ${OLD_IO}\ndocker-cli 27.0.1-1`,
      policyOf("docker-cli", "27.0.1-1", [NEW_IO]),
      "",
    ],
  ])("installs it with the engine if the package %s", (_case, installed, cli, expected) => {
    const { fetch, install } = installCommands(look(installed, cli), NEW_IO);
    const packages = ` docker.io=${NEW_IO}${expected && ` ${expected}`}`;
    for (const command of [fetch, install[1]]) expect(command?.replaceAll("'", "")).toContain(packages);
    expect(fetch.includes("docker-cli")).toBe(expected !== "");
  });

  test.each([
    ["had the command and lost it", "docker", "apt-get docker-cli"],
    ["had the command and still has it", "docker kept", ""],
    ["never had the command", "", ""],
  ])("checks the command on a machine that %s", async (_case, had, installed) => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-upgrade-"));
    const program = (name: string, text: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    symlinkSync("/usr/bin/env", join(folder, "env"));
    if (had.startsWith("docker")) program("docker", "");
    // The engine's package removes the command, unless it belongs to another package; docker-cli installs it.
    program(
      "apt-get",
      `case " $* " in *" docker-cli "*) echo apt-get docker-cli; exit 0;; esac\n${had === "docker" ? `/bin/rm -f ${folder}/docker` : ""}`,
    );
    const { install } = installCommands(look(`docker.io ${OLD_IO}`, ""), NEW_IO);
    const script = ["set -eu", ...install].join("\n");
    try {
      const printed = await run("/bin/sh", ["-c", script], { env: { PATH: folder } });
      expect(printed.trim()).toBe(installed);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const node = (key: string, kind: "worker" | "manager" | "leader" | "silent", spec: Partial<NodeSpec> = {}) =>
  ({
    ID: `node-${key}`,
    Spec: { Role: kind === "worker" ? "worker" : "manager", Availability: "active", ...spec },
    Description: { Hostname: key },
    Status: { State: "ready" },
    ...(kind !== "worker" && {
      ManagerStatus: { Leader: kind === "leader", Reachability: kind === "silent" ? "unreachable" : "reachable" },
    }),
  }) as NodeDetails;

const found = (key: string, kind: "worker" | "manager" | "leader", more: Partial<HostEngine> = {}): HostEngine => ({
  key,
  host: `ssh://${key}`,
  node: node(key, kind),
  engineVersion: "28.4.0",
  installed: engine(),
  ...more,
});

test("upgrades workers first and the leader last, and leaves out what is up to date", () => {
  const done = { engineVersion: "28.5.1", installed: engine({ version: CE }) };
  const steps = planUpgrade([
    found("a", "leader"),
    found("b", "manager", done),
    found("c", "manager", { ...done, engineVersion: "28.4.0" }),
    found("d", "worker", { ...done, installed: engine({ version: CE, needsRestart: true }) }),
  ]);
  expect(steps.map(({ key, action }) => `${key} ${action}`)).toEqual(["d restart", "b none", "c restart", "a upgrade"]);
});

test("reports all problems at once, by host", () => {
  const hosts = [
    found("a", "leader", { error: "it does not answer" }),
    found("b", "worker", { installed: undefined }),
    found("c", "worker", { node: node("c", "worker", { Availability: "pause" }) }),
    found("d", "worker", { node: undefined }),
  ];
  expect(() => planUpgrade(hosts)).toThrow(
    /^host "b": no package contains the engine at ssh:\/\/b.*\nhost "c": its node is paused.*\nhost "d": .*\nhost "a": it does not answer$/,
  );
});

test.each<[NodeDetails[], string | undefined]>([
  [[node("a", "leader"), node("b", "manager"), node("c", "manager")], undefined],
  [
    [node("a", "leader"), node("b", "silent"), node("c", "manager")],
    "without it, only 1 of 3 managers are reachable, and a quorum needs 2",
  ],
  [[node("a", "leader"), node("b", "manager")], undefined],
  [[node("b", "leader"), node("a", "worker"), node("c", "silent"), node("d", "manager")], undefined],
])("whether the managers keep their quorum while one is down: %#", (nodes, expected) => {
  const problem = downtimeProblem(nodes, "node-a");
  if (expected === undefined) expect(problem).toBeUndefined();
  else expect(problem).toContain(expected);
});

test("warns about one or two managers, which cannot spare any", () => {
  expect(managerWarning([node("a", "leader")])).toContain("the only manager");
  expect(managerWarning([node("a", "leader"), node("b", "manager")])).toContain("one of two managers");
  expect(managerWarning([node("a", "leader"), node("b", "manager"), node("c", "manager")])).toBeUndefined();
});

test.each<[NodeSpec["Availability"]]>([["active"], ["drain"], ["pause"]])(
  "restores a node's availability: %s",
  (was) => {
    const spec: NodeSpec = { Role: "worker", Availability: was, Labels: { own: "1" } };
    const out = drainedSpec(spec);
    expect(out).toMatchObject({ Availability: "drain", Labels: { own: "1", [PREVIOUS_AVAILABILITY_LABEL]: was } });
    // A second run keeps what the first one recorded.
    expect(drainedSpec(out)).toEqual(out);
    expect(restoredSpec(out)).toEqual(spec);
    expect(restoredSpec(spec)).toEqual(spec);
  },
);

test("explains the manual upgrade of a host without ssh", async () => {
  const connection = { host: "unix:///var/run/docker.sock" };
  const member = {
    key: "local",
    urn: "",
    nodeId: "",
    role: "manager",
    advertiseAddress: "",
  } as const;
  const { error } = await inspectHostEngine({ ...member, connection });
  expect(error).toMatch(/^its engine is at unix:\S+, and only hosts reached by ssh .* apt-get install docker.io/);
});

test("parses arguments, and rejects invalid ones", () => {
  const given = upgradeArguments(["--to", "28.5.1", "--host=a", "--dry-run", "--json"]);
  expect(given).toMatchObject({ to: "28.5.1", host: "a", dryRun: true, json: true, allowOutage: false, stack: "dev" });
  expect(() => upgradeArguments(["28.5.1"])).toThrow('argument "28.5.1": unknown to `npm run upgrade`');
  expect(() => upgradeArguments(["--to"])).toThrow("--to: needs a value");
  expect(() => upgradeArguments(["--to", "1;reboot"])).toThrow('--to "1;reboot": must consist of letters, digits and');
});
