import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { keptLabs, startLab, labUnavailableReason } from "../../lab/lab.ts";
import { makeClone } from "../toolchain/clone.ts";
import { waitFor } from "./manual-changes.ts";
import { killTree } from "./kill-tree.ts";
import { startProcess } from "./pulumi-process.ts";

/** How `up` tells that it waited for the store, of which hosts joined the Swarm anew. */
const MEMBERS_AWAITED = "swarm:Service minio-main updated";

/** Milliseconds after which a command hangs. It is ended before its test is, so that what it said is told. */
const HANGS_MS = 420_000;

/** Three of four hosts manage; each command is typed as the documentation has it. */
describe("a lab, and a Swarm on it, from commands alone", () => {
  const clone = makeClone();
  const problem = labUnavailableReason();
  const ownLabs = async () => (await keptLabs()).filter((lab) => lab.clone === clone);

  beforeAll(() => {
    for (const name of ["index.ts", "lab"]) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  });
  afterAll(async () => {
    if (problem === undefined) await typed("npm run lab -- down");
    rmSync(dirname(clone), { recursive: true, force: true });
  });
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });

  /** Types a line and gives back what it printed, errors too. */
  async function typed(line: string): Promise<string> {
    const { pid, outcome } = startProcess("sh", ["-c", line], { cwd: clone, env: process.env });
    const limit = setTimeout(() => killTree(pid), HANGS_MS);
    const { exitCode, output } = await outcome.finally(() => clearTimeout(limit));
    if (exitCode !== 0) throw new Error(`${line}: ended with ${exitCode}:\n${output}`);
    return output;
  }
  const managers = async () => (await typed("npm run lab -- status")).match(/\bmanager\b/g)?.length;

  test("a stack of that name which the lab did not write stays as it is", async () => {
    const file = join(clone, "Pulumi.lab.yaml");
    const text = "config:\n  pulumi-swarm:stack: ssh\n  pulumi-swarm:hosts: { a: { address: 192.0.2.10 } }\n";
    writeFileSync(file, text);
    const refusal =
      /Pulumi.lab.yaml: was not written by `npm run lab`, and the lab's stack has the name lab: rename yours/;
    await expect(typed("npm run lab -- up --hosts 1")).rejects.toThrow(refusal);
    expect(await ownLabs()).toEqual([]);
    expect(await typed("npm run lab -- down")).toContain("the stack, its state and its configuration stay");
    expect(readFileSync(file, "utf8")).toBe(text);
    rmSync(file);
  });

  test("the lab comes up, and stays when other labs come and go", async () => {
    expect(await typed("npm run lab -- up --hosts 4 --disks 1")).toContain("Pulumi.lab.yaml points at them");
    const other = await startLab({ hosts: 1, keep: true, clone: "/another/clone" });
    await expect(typed("npm run lab -- up")).rejects.toThrow(/a lab is up already/);
    await other.stop();
    const status = await typed("npm run lab -- status");
    for (const name of ["node1", "node2", "node3", "node4"]) expect(status).toMatch(new RegExp(`${name} .* inactive`));
  });

  test("a stack comes up on it, with a page of its status", async () => {
    await typed("npm run up -- --stack lab");
    expect(await managers()).toBe(3);
    expect(await typed("npm run status -- --stack lab --html page.html")).toContain("minio-main");
    const page = readFileSync(join(clone, "page.html"), "utf8");
    for (const name of ["node1", "node2", "node3", "node4"]) expect(page).toContain(name);
    expect(await typed("npm run verify -- --stack lab")).toMatch(/equal/);
  });

  test("its environment is listed, and a pull request is told what a change of it would do", async () => {
    expect(await typed("npm run stacks")).toMatch(/│ lab +│ ssh +│ yes/);
    expect(await typed("npm run preview:pr -- --stack lab")).toContain("Nothing changes.");
    const settings = readFileSync(join(clone, "Pulumi.lab.yaml"), "utf8");
    writeFileSync(join(clone, "Pulumi.lab.yaml"), `${settings}  pulumi-swarm:environment: { MINIO_REGION: eu }\n`);
    expect(await typed("npm run preview:pr -- --stack lab")).toMatch(/all tasks restart at once.*MINIO_REGION/s);
    writeFileSync(join(clone, "Pulumi.lab.yaml"), settings);
  });

  test("a host without power is told of, and is well once it has it back", async () => {
    await typed("npm run lab -- kill 4");
    expect(await typed("npm run lab -- status")).toMatch(/node4 .* no power/);
    await expect(typed("npm run status -- --stack lab")).rejects.toThrow(/node4/);
    await typed("npm run lab -- start 4");
    expect(await typed("npm run lab -- exec 4 hostname")).toMatch(/^node4$/m);
    await typed("npm run up -- --stack lab");
  });

  test("engines that are the latest already have nothing to upgrade to", async () => {
    const said = await typed("npm run upgrade -- --stack lab");
    for (const name of ["node1", "node2", "node3", "node4"]) {
      expect(said).toMatch(new RegExp(`host ${name}: .*: nothing to do`));
    }
  });

  test("the Swarm's state is backed up, for its owner's eyes alone and never over another backup", async () => {
    await typed("npm run lab -- exec 1 docker network create --driver overlay before");
    await typed("npm run backup -- node1 swarm.tar.gz --stack lab");
    expect(statSync(join(clone, "swarm.tar.gz")).mode & 0o777).toBe(0o600);
    const engineProcess = async () => (await ownLabs())[0]!.exec(1, "pgrep", "-x", "dockerd");
    const running = await engineProcess();
    await expect(typed("npm run backup -- node1 swarm.tar.gz --stack lab")).rejects.toThrow(/exists already/);
    expect(await engineProcess()).toBe(running);
    await typed("npm run lab -- exec 1 docker network create --driver overlay after");
  });

  test("a quorum that is lost is recovered from one manager", async () => {
    await typed("npm run lab -- partition 1,4 2 3");
    const isLost = async () => {
      const said = await typed("npm run lab -- exec 1 docker node ls").catch(String);
      return /does not have a leader|DeadlineExceeded/.test(said);
    };
    await waitFor(isLost, "the managers to see no quorum");
    expect(await typed("npm run recover -- node1 --stack lab")).toContain("managed by host node1 alone");
    await typed("npm run lab -- heal");
    expect(await typed("npm run up -- --stack lab")).toContain(MEMBERS_AWAITED);
    expect(await managers()).toBe(3);
    expect(await typed("npm run preview -- --stack lab")).not.toMatch(/to (create|update|replace|delete)/);
  });

  test("a Swarm is restored as it was backed up, with what is stored, also where the other managers are gone", async () => {
    const restore = "npm run restore -- node1 swarm.tar.gz --stack lab";
    await expect(typed(restore)).rejects.toThrow(/say --yes/);
    await expect(typed("npm run restore -- node1 page.html --yes --stack lab")).rejects.toThrow(/machine of ssh:/);
    expect(await managers()).toBe(3);
    await typed("npm run lab -- partition 1,4 2 3");
    expect(await typed(`${restore} --yes`)).toContain("managed by host node1 alone");
    const root = await typed("npm run lab -- exec 1 sh -c 'ls $(docker info --format {{.DockerRootDir}})'");
    expect(root.match(/^swarm.*$/gm)).toEqual(["swarm"]);
    await typed("npm run lab -- heal");
    expect(await typed("npm run up -- --stack lab")).toContain(MEMBERS_AWAITED);
    expect(await managers()).toBe(3);
    const networks = await typed("npm run lab -- exec 1 docker network ls --format '{{.Name}}'");
    expect(networks).toMatch(/^before$/m);
    expect(networks).not.toMatch(/^after$/m);
    expect(await typed("npm run verify -- --stack lab")).toMatch(/equal/);
  });

  test("nothing of either is left at the end", async () => {
    await expect(typed("npm run down -- --stack lab")).rejects.toThrow(
      /still holds what this state did not create: network before\..*; nothing was changed/,
    );
    expect(await typed("npm run verify -- --stack lab")).toMatch(/equal/);
    await typed("npm run lab -- exec 1 docker network rm before");
    await typed("npm run down -- --stack lab");
    const other = await startLab({ hosts: 1, keep: true, clone: "/another/clone" });
    expect(await typed("npm run lab -- down")).toMatch(/a lab of 1 hosts stays: end it with .* in \/another\/clone/);
    expect(other.host(1).isRunning).toBe(true);
    await other.stop();
    expect(await ownLabs()).toEqual([]);
    expect(await typed("npm run lab -- down")).toContain("no lab is up");
  });
});
