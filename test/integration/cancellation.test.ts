import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureYamlHost } from "../../toolchain/languages.ts";
import { isAlive } from "../../toolchain/lock.mjs";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { descendants } from "./kill-tree.ts";
import { createLinkedExample } from "./linked-example.ts";
import { TestStack } from "./stack.ts";

/** Milliseconds for our own processes, and for Pulumi to end its plugins. */
const LIMIT_MS = 2_000 + 2_000;

/** The ssh servers of two machines, which accept connections and never answer. */
let servers: Server[];
const sockets = new Set<Socket>();
const projects: string[] = [];
const stacks: TestStack[] = [];

beforeAll(async () => {
  servers = [0, 1].map(() =>
    createServer((socket) => {
      sockets.add(socket);
      socket
        .on("error", () => undefined)
        .on("close", () => sockets.delete(socket))
        .resume();
    }),
  );
  await Promise.all(servers.map((server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done))));
});
afterAll(() => {
  for (const stack of stacks) stack.remove();
  for (const project of projects) rmSync(project, { recursive: true });
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

function exampleOf(name: string): string {
  const project = createLinkedExample(name);
  projects.push(project);
  return project;
}

function machines() {
  const [a, b] = servers.map((server) => ({ address: "127.0.0.1", port: (server.address() as AddressInfo).port }));
  return { a, b };
}

/** A stack of these machines in each language. In YAML the plugin constructs the components. */
const STACKS: Record<string, () => Promise<TestStack>> = {
  TypeScript: () => TestStack.create({ project: exampleOf("ssh-store"), config: { "ssh-store:machines": machines() } }),
  YAML: async () => {
    const project = exampleOf("ssh-store-yaml");
    const file = join(project, "Pulumi.yaml");
    const program = parse(readFileSync(file, "utf8")) as {
      resources: { hosts: { properties: Record<string, unknown> } };
    };
    program.resources.hosts.properties["hosts"] = machines();
    writeFileSync(file, stringify(program));
    return TestStack.create({ project, languageHosts: [await ensureYamlHost(await ensurePulumi())] });
  },
};

const cases = Object.keys(STACKS).flatMap((language) => [1, 2].map((times) => ({ language, times })));

test.each(cases)(
  "$language: Ctrl-C ends a run that waits for a silent machine: pressed $times ×",
  async ({ language, times }) => {
    const stack = await STACKS[language]!();
    stacks.push(stack);
    const up = stack.start("up", ["--yes", "--skip-preview"]);
    // The inspection of both machines, and the choice of a manager for the docker provider.
    await expect.poll(() => sockets.size, { timeout: 120_000 }).toBeGreaterThanOrEqual(3);
    await new Promise((done) => setTimeout(done, 1_000));
    const processes = descendants(up.pid);
    expect(processes.length).toBeGreaterThan(4);

    const begin = performance.now();
    for (let time = 0; time < times; time += 1) {
      process.kill(up.pid, "SIGINT");
      await new Promise((done) => setTimeout(done, 200));
    }
    expect((await up.outcome).exitCode).not.toBe(0);
    const ms = performance.now() - begin;
    console.log(`${language}, Ctrl-C ${times} ×: ended after ${Math.round(ms)} ms`);
    expect(ms).toBeLessThan(LIMIT_MS);
    await expect.poll(() => processes.filter((pid) => isAlive(pid)), { timeout: 3_000 }).toEqual([]);
    await expect.poll(() => sockets.size, { timeout: 3_000 }).toBe(0);
  },
);
