import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, hostname, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  planHost,
  type DesiredHost,
  needsChanges,
  summarizeErrors,
  actionsScript,
} from "../../../../provider/hosts/host-plan.ts";
import { parseHostFacts, type HostFacts, factsScript } from "../../../../provider/hosts/host-facts.ts";

const target = { host: "192.0.2.1", user: "me" };
const sound: HostFacts = {
  hostname: "a",
  osRelease: "ID=debian\nVERSION_CODENAME=bookworm\n",
  user: "me",
  isRoot: false,
  hasAppArmor: false,
  hasDocker: true,
  hasEngine: true,
  engine: { id: "ABCD:EFGH:IJKL:MNOP:QRST", version: "20.10.24" },
  engineProblem: "",
  isCloudInitRunning: false,
  disks: { d1: { disk: "mounted", folder: "there" } },
};
const wish: DesiredHost = { hostname: "a", drives: { d1: { path: "/mnt/disk1" }, d2: {} } };
const bare: Partial<HostFacts> = { hasDocker: false, hasEngine: false, engine: undefined, engineProblem: "" };
const stopped: Partial<HostFacts> = {
  engine: undefined,
  engineProblem: "Cannot connect to the Docker daemon at unix:///x.",
};
const denied: Partial<HostFacts> = {
  engine: undefined,
  engineProblem: "Got permission denied while trying to connect to the Docker daemon socket at unix:///x",
};

test("a machine that is up to date needs nothing", () => {
  const nothing = { problems: [], pendingReason: undefined, actions: { start: false, folders: [] } };
  expect(planHost(sound, wish, target)).toEqual(nothing);
  expect(needsChanges(sound, wish, target)).toBe(false);
});

test.each<[string, Partial<HostFacts>, Partial<DesiredHost>, string]>([
  [
    "another machine",
    { hostname: "b" },
    {},
    'hostname "a": the machine at 192.0.2.1 calls itself "b"; give hostname: "b"',
  ],
  [
    "no engine",
    bare,
    {},
    'Docker Engine is not installed there: install it, or have it installed with install: "docker"',
  ],
  [
    "no known package",
    { ...bare, osRelease: "ID=arch\n" },
    { install: "docker" },
    'no package in Docker\'s repository for "arch" is known',
  ],
  ["no rights", denied, {}, 'user "me" may not use the engine there: add the user to the group `docker`'],
  ["no rights, whatever may be installed", denied, { install: "docker" }, 'user "me" may not use the engine there'],
  [
    "no disk",
    { disks: { d1: { disk: "missing", folder: "missing" } } },
    {},
    'drives.d1.path "/mnt/disk1": there is no',
  ],
  ["no mount", { disks: { d1: { disk: "unmounted", folder: "there" } } }, {}, "is a plain folder of another disk"],
  ["root disk", { disks: { d1: { disk: "root", folder: "there" } } }, {}, "is on the root disk"],
])("reports a problem that only the user can fix: %s", (_what, survey, change, expected) => {
  const { problems } = planHost({ ...sound, ...survey }, { ...wish, ...change }, target);
  expect(problems).toEqual([expect.stringContaining(expected)]);
  expect(needsChanges({ ...sound, ...survey }, { ...wish, ...change }, target)).toBe(true);
});

test("waits for a stopped engine, or starts it where that is allowed", () => {
  const survey = { ...sound, ...stopped };
  expect(planHost(survey, wish, target).pendingReason).toContain(
    "its engine is not running: `sudo systemctl enable --now docker`",
  );
  expect(needsChanges(survey, wish, target)).toBe(false);
  expect(planHost(survey, { ...wish, install: "docker" }, target)).toMatchObject({
    problems: [],
    actions: { start: true },
  });
});

test("installs a missing engine from the allowed source, and starts it", () => {
  const { actions, problems } = planHost({ ...sound, ...bare }, { ...wish, install: "docker" }, target);
  expect(problems).toEqual([]);
  expect(actions).toMatchObject({ install: { manager: "apt-get" }, start: true });
  const script = actionsScript(actions, sound);
  expect(script).toContain(
    "as_root curl -fsSL https://download.docker.com/linux/debian/gpg -o /etc/apt/keyrings/docker.asc",
  );
  expect(script).toContain(
    "apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends docker-ce docker-ce-cli",
  );
  expect(script).toContain("as_root usermod -aG docker 'me'");
  expect(script).toContain("systemctl enable --now docker");
  expect(actionsScript(actions, { ...sound, isRoot: true })).not.toContain("usermod");
  expect(spawnSync("sh", ["-n"], { input: script, encoding: "utf8" }).stderr).toBe("");
});

test("installs packages to the end after the connection is lost", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-apt-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string) => join(folder, name);
  const apt = `#!/bin/sh\ntouch ${file("begun")}\nwhile [ ! -e ${file("lost")} ]; do sleep 0.05; done\necho unpacking\necho done > ${file("ended")}\n`;
  for (const [name, script] of Object.entries({ "apt-get": apt, sudo: '#!/bin/sh\nshift\nexec "$@"\n' }))
    writeFileSync(file(name), script, { mode: 0o755 });
  const install = { manager: "apt-get" as const, packages: [], commands: [["apt-get", "install"]] };
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"]}` };
  const shell = spawn("sh", ["-c", actionsScript({ install, start: false, folders: [] }, { ...sound, isRoot: true })], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  await vi.waitFor(() => expect(existsSync(file("begun"))).toBe(true), { timeout: 10_000 });
  shell.stdout.destroy();
  shell.stderr.destroy();
  shell.kill("SIGHUP");
  writeFileSync(file("lost"), "");
  await vi.waitFor(() => expect(existsSync(file("ended"))).toBe(true), { timeout: 5_000 });
});

test("creates a missing or hidden folder on a mounted disk; only a missing one is a change", () => {
  const disk = (folder: "missing" | "hidden") => ({ ...sound, disks: { d1: { disk: "mounted" as const, folder } } });
  for (const folder of ["missing", "hidden"] as const) {
    expect(planHost(disk(folder), wish, target).actions.folders).toEqual(["/mnt/disk1/minio"]);
    expect(needsChanges(disk(folder), wish, target)).toBe(folder === "missing");
  }
});

test("creates folders as containers may write them, and leaves existing ones as they are", () => {
  const folder = mkdtempSync(join(tmpdir(), "it's a disk "));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const create = (...names: string[]) => {
    const actions = { start: false, folders: names.map((name) => join(folder, name)) };
    // A user without root may only keep its own id.
    const remappedRoot = process.getuid?.() === 0 ? { user: 100_000, group: 100_001 } : undefined;
    const input = actionsScript(actions, { ...sound, remappedRoot });
    expect(spawnSync("sh", { input, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    return names.map((name) => statSync(join(folder, name)).uid === (remappedRoot?.user ?? process.getuid?.()));
  };
  mkdirSync(join(folder, "old"));
  expect(create("old", "new/minio")).toEqual([process.getuid?.() !== 0, true]);
  expect(statSync(join(folder, "new")).uid).toBe(process.getuid?.());
});

test("labels new folders where SELinux is used", () => {
  const input = actionsScript({ start: false, folders: ["/mnt/disk1/minio"] }, sound);
  expect(input).toContain('if [ -e /sys/fs/selinux/enforce ]; then as_root chcon -t container_file_t "$1"; fi');
});

test("parses the facts of this machine", () => {
  const folder = mkdtempSync(join(tmpdir(), "it's a disk "));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "minio"));
  const drives = { d1: { path: folder }, d2: { path: join(folder, "none") }, d3: {}, d4: { path: "/" } };
  const env = { ...process.env, SSH_CONNECTION: "198.51.100.9 50022 10.0.0.5 22" };
  const { stdout, stderr } = spawnSync("sh", { input: factsScript(drives), encoding: "utf8", env });
  expect(stderr).toBe("");
  const survey = parseHostFacts(stdout);
  expect(survey).toMatchObject({ hostname: hostname(), user: userInfo().username, isRoot: process.getuid?.() === 0 });
  expect(survey.address).toBe("10.0.0.5");
  expect(parseHostFacts("== connection\n\n").address).toBeUndefined();
  expect(survey.osRelease).toMatch(/^ID=/m);
  expect(survey.disks).toEqual({
    d1: { disk: "unmounted", folder: "there" },
    d2: { disk: "missing", folder: "missing" },
    d4: { disk: "root", folder: "missing" },
  });
});

test.each([
  [
    'engine ABCD:EFGH:IJKL:MNOP:QRST:UVWX 20.10.24 "/var/lib/docker" ["name=seccomp"]',
    { id: "ABCD:EFGH:IJKL:MNOP:QRST:UVWX", version: "20.10.24" },
  ],
  [
    'WARNING: something\nengine 24b6f3a8-1111-2222-3333-444455556666 29.0.1 "/d" null',
    { id: "24b6f3a8-1111-2222-3333-444455556666", version: "29.0.1" },
  ],
  ['engine   "" null\nERROR: Cannot connect to the Docker daemon', undefined],
  ["sh: 1: docker: not found", undefined],
])("parses %j as the engine %j", (printed, engine) => {
  expect(parseHostFacts(`\n== info\n${printed}\n\n== dockerd\n`).engine).toEqual(engine);
});

test.each([
  ["Reading package lists...\nE: Unable to locate package docker.io\n", "E: Unable to locate package docker.io"],
  [
    "Setting up it\nulimit: error setting limit\ndpkg: error processing it\nE: Sub-process /usr/bin/dpkg returned\n",
    "ulimit: error setting limit; dpkg: error processing it",
  ],
  ["first\nlast\n\n", "last"],
  ["", "it failed without an error message"],
])("summarizes %j as %j", (stderr, expected) => expect(summarizeErrors(stderr)).toBe(expected));

test.each([
  ["starting", true],
  ["", false],
])("with %j from cloud-init, it is running: %s", (printed, isStarting) => {
  expect(parseHostFacts(`\n== cloud-init\n${printed}\n\n== dockerd\n`).isCloudInitRunning).toBe(isStarting);
});

test.each([
  ['"/var/lib/docker/100000.100001" ["name=seccomp","name=userns"]', { user: 100_000, group: 100_001 }],
  ['"/var/lib/docker/100000.100001" ["name=seccomp"]', undefined],
  ['"/var/lib/docker" ["name=userns"]', undefined],
])("with %s in the engine's information, root in containers is %j", (printed, root) => {
  const info = `engine ABCD:EFGH:IJKL:MNOP:QRST:UVWX 29.0.1 ${printed}`;
  expect(parseHostFacts(`\n== info\n${info}\n\n== dockerd\n`).remappedRoot).toEqual(root);
});
