import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { keptLabs, startLab, labUnavailableReason } from "../../lab/lab.ts";
import { makeClone } from "../toolchain/clone.ts";
import { waitFor } from "./manual-changes.ts";
import { killTree } from "./kill-tree.ts";
import { startProcess } from "./pulumi-process.ts";

/** Printed by `up` when it has waited for a store whose hosts joined the Swarm again. */
const MEMBERS_AWAITED = "swarm:index:Service minio-main updated";

/** Time limit of a command in milliseconds. Shorter than the test's, so that the output of a hanging command is shown. */
const COMMAND_TIMEOUT_MS = 420_000;

/** Four hosts, three of them managers. Commands are run as the documentation prints them. */
describe("a lab and a Swarm on it, with npm commands only", () => {
  const clone = makeClone();
  const problem = labUnavailableReason();
  const ownLabs = async () => (await keptLabs()).filter((lab) => lab.clone === clone);

  beforeAll(() => {
    for (const name of ["index.ts", "lab"]) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  });
  afterAll(async () => {
    if (problem === undefined) await runCommand("npm run lab -- down");
    rmSync(dirname(clone), { recursive: true, force: true });
  });
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });

  /** Runs a shell command and returns its output, including standard error. */
  async function runCommand(line: string): Promise<string> {
    const { pid, outcome } = startProcess("sh", ["-c", line], { cwd: clone, env: process.env });
    const limit = setTimeout(() => killTree(pid), COMMAND_TIMEOUT_MS);
    const { exitCode, output } = await outcome.finally(() => clearTimeout(limit));
    if (exitCode !== 0) throw new Error(`${line}: ended with ${exitCode}:\n${output}`);
    return output;
  }
  const managers = async () => (await runCommand("npm run lab -- status")).match(/\bmanager\b/g)?.length;

  test("the lab does not touch a stack of its name that it did not create", async () => {
    const file = join(clone, "Pulumi.lab.yaml");
    const text = "config:\n  pulumi-swarm:stack: ssh\n  pulumi-swarm:hosts: { a: { address: 192.0.2.10 } }\n";
    writeFileSync(file, text);
    const refusal =
      /Pulumi.lab.yaml: was not written by `npm run lab`, and the lab's stack has the name lab: rename yours/;
    await expect(runCommand("npm run lab -- up --hosts 1")).rejects.toThrow(refusal);
    expect(await ownLabs()).toEqual([]);
    expect(await runCommand("npm run lab -- down")).toContain("the stack, its state and its configuration stay");
    expect(readFileSync(file, "utf8")).toBe(text);
    rmSync(file);
  });

  test("the lab starts, and stays when other labs start and stop", async () => {
    expect(await runCommand("npm run lab -- up --hosts 4 --disks 1")).toContain("Pulumi.lab.yaml points at them");
    const other = await startLab({ hosts: 1, keep: true, clone: "/another/clone" });
    await expect(runCommand("npm run lab -- up")).rejects.toThrow(/a lab is up already/);
    await other.stop();
    const status = await runCommand("npm run lab -- status");
    for (const name of ["node1", "node2", "node3", "node4"]) expect(status).toMatch(new RegExp(`${name} .* inactive`));
  });

  test("a stack is deployed on it, with a status page", async () => {
    await runCommand("npm run up -- --stack lab");
    expect(await managers()).toBe(3);
    expect(await runCommand("npm run status -- --stack lab --html page.html")).toContain("minio-main");
    const page = readFileSync(join(clone, "page.html"), "utf8");
    for (const name of ["node1", "node2", "node3", "node4"]) expect(page).toContain(name);
    expect(await runCommand("npm run verify -- --stack lab")).toMatch(/equal/);
  });

  test("its stack is listed, and a pull request comment shows the effects of a change", async () => {
    expect(await runCommand("npm run stacks")).toMatch(/│ lab +│ ssh +│$/m);
    expect(await runCommand("npm run preview:pr -- --stack lab")).toContain("Nothing changes.");
    const settings = readFileSync(join(clone, "Pulumi.lab.yaml"), "utf8");
    writeFileSync(join(clone, "Pulumi.lab.yaml"), `${settings}  pulumi-swarm:environment: { MINIO_REGION: eu }\n`);
    expect(await runCommand("npm run preview:pr -- --stack lab")).toMatch(/all tasks restart at once.*MINIO_REGION/s);
    writeFileSync(join(clone, "Pulumi.lab.yaml"), settings);
  });

  test("status reports a host without power, and the host recovers once it has power again", async () => {
    await runCommand("npm run lab -- kill 4");
    expect(await runCommand("npm run lab -- status")).toMatch(/node4 .* no power/);
    await expect(runCommand("npm run status -- --stack lab")).rejects.toThrow(/node4/);
    await runCommand("npm run lab -- start 4");
    expect(await runCommand("npm run lab -- exec 4 hostname")).toMatch(/^node4$/m);
    await runCommand("npm run up -- --stack lab");
  });

  test("upgrade does nothing for engines of the latest version", async () => {
    const output = await runCommand("npm run upgrade -- --stack lab");
    for (const name of ["node1", "node2", "node3", "node4"]) {
      expect(output).toMatch(new RegExp(`host ${name}: .*: nothing to do`));
    }
  });

  test("backup writes the Swarm's state to a file that only its owner can read, and never overwrites one", async () => {
    await runCommand("npm run lab -- exec 1 docker network create --driver overlay before");
    await runCommand("npm run backup -- node1 swarm.tar.gz --stack lab");
    expect(statSync(join(clone, "swarm.tar.gz")).mode & 0o777).toBe(0o600);
    const engineProcess = async () => (await ownLabs())[0]!.exec(1, "pgrep", "-x", "dockerd");
    const running = await engineProcess();
    await expect(runCommand("npm run backup -- node1 swarm.tar.gz --stack lab")).rejects.toThrow(/exists already/);
    expect(await engineProcess()).toBe(running);
    await runCommand("npm run lab -- exec 1 docker network create --driver overlay after");
  });

  test("recover restores a lost quorum from one manager", async () => {
    await runCommand("npm run lab -- partition 1,4 2 3");
    const isLost = async () => {
      const output = await runCommand("npm run lab -- exec 1 docker node ls").catch(String);
      return /does not have a leader|DeadlineExceeded/.test(output);
    };
    await waitFor(isLost, "the managers to see no quorum");
    expect(await runCommand("npm run recover -- node1 --stack lab")).toContain("with host node1 as its only manager");
    await runCommand("npm run lab -- heal");
    expect(await runCommand("npm run up -- --stack lab")).toContain(MEMBERS_AWAITED);
    expect(await managers()).toBe(3);
    expect(await runCommand("npm run preview -- --stack lab")).not.toMatch(/to (create|update|replace|delete)/);
  });

  test("restore brings back the Swarm's state and keeps the data, even if the other managers are unreachable", async () => {
    const restore = "npm run restore -- node1 swarm.tar.gz --stack lab";
    await expect(runCommand(restore)).rejects.toThrow(/add --yes/);
    await expect(runCommand("npm run restore -- node1 page.html --yes --stack lab")).rejects.toThrow(/machine of ssh:/);
    expect(await managers()).toBe(3);
    await runCommand("npm run lab -- partition 1,4 2 3");
    expect(await runCommand(`${restore} --yes`)).toContain("with host node1 as its only manager");
    const root = await runCommand("npm run lab -- exec 1 sh -c 'ls $(docker info --format {{.DockerRootDir}})'");
    expect(root.match(/^swarm.*$/gm)).toEqual(["swarm"]);
    await runCommand("npm run lab -- heal");
    expect(await runCommand("npm run up -- --stack lab")).toContain(MEMBERS_AWAITED);
    expect(await managers()).toBe(3);
    const networks = await runCommand("npm run lab -- exec 1 docker network ls --format '{{.Name}}'");
    expect(networks).toMatch(/^before$/m);
    expect(networks).not.toMatch(/^after$/m);
    expect(await runCommand("npm run verify -- --stack lab")).toMatch(/equal/);
  });

  test("down removes the stack and the lab", async () => {
    await expect(runCommand("npm run down -- --stack lab")).rejects.toThrow(
      /still has objects that this state did not create: network before\..*; nothing was changed/,
    );
    expect(await runCommand("npm run verify -- --stack lab")).toMatch(/equal/);
    await runCommand("npm run lab -- exec 1 docker network rm before");
    await runCommand("npm run down -- --stack lab");
    const other = await startLab({ hosts: 1, keep: true, clone: "/another/clone" });
    expect(await runCommand("npm run lab -- down")).toMatch(
      /a lab of 1 hosts stays: end it with .* in \/another\/clone/,
    );
    expect(other.host(1).isRunning).toBe(true);
    await other.stop();
    expect(await ownLabs()).toEqual([]);
    expect(await runCommand("npm run lab -- down")).toContain("no lab is up");
  });
});
