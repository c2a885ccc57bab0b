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

/**
 * Milliseconds. A run that is not cancelled takes longer, because ssh gives up only after 20 s. Cancelled ones end in 1
 * to 2 s, but took 6 s at a load of 19. Unit tests check the limit of 2 s with fake time.
 */
const LIMIT_MS = 15_000;

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

/** A run that waits for silent machines. */
interface Waiting {
  where: string;
  create(): Promise<TestStack>;
  verb: "up" | "preview";
  /** The number of connections that it waits for. */
  connections: number;
}

async function yamlStack(edit: (resources: Record<string, { properties: Record<string, unknown> }>) => void) {
  const project = exampleOf("ssh-store-yaml");
  const file = join(project, "Pulumi.yaml");
  const program = parse(readFileSync(file, "utf8")) as {
    resources: Record<string, { properties: Record<string, unknown> }>;
  };
  edit(program.resources);
  writeFileSync(file, stringify(program));
  return TestStack.create({ project, languageHosts: [await ensureYamlHost(await ensurePulumi())] });
}

const RUNS: Waiting[] = [
  {
    where: "a TypeScript program that chooses a manager, and the inspection of two machines",
    create: () => TestStack.create({ project: exampleOf("ssh-store"), config: { "ssh-store:machines": machines() } }),
    verb: "up",
    connections: 3,
  },
  {
    where: "a component of a YAML program whose resources inspect two machines",
    create: () => yamlStack(({ hosts }) => (hosts!.properties["hosts"] = machines())),
    verb: "up",
    connections: 2,
  },
  {
    where: "a component of a YAML program that chooses a manager",
    create: () =>
      yamlStack((resources) => {
        const engine = `tcp://127.0.0.1:${machines().a?.port}`;
        const host = { type: "swarm:Host", properties: { engine, allowPlainTcp: true } };
        Object.assign(resources, { hosts: host });
        resources["swarm"]!.properties = { managers: ["${hosts}"] };
      }),
    verb: "preview",
    connections: 2,
  },
];

const cases = RUNS.flatMap((run) => [1, 2].map((times) => ({ ...run, times })));

test.each(cases)("Ctrl-C, pressed $times ×, ends $where", async ({ where, create, verb, connections, times }) => {
  const stack = await create();
  stacks.push(stack);
  const run = stack.start(verb, verb === "up" ? ["--yes", "--skip-preview"] : []);
  await expect.poll(() => sockets.size, { timeout: 120_000 }).toBeGreaterThanOrEqual(connections);
  await new Promise((done) => setTimeout(done, 1_000));
  const processes = descendants(run.pid);
  expect(processes.length).toBeGreaterThan(3);

  const begin = performance.now();
  for (let time = 0; time < times; time += 1) {
    process.kill(run.pid, "SIGINT");
    await new Promise((done) => setTimeout(done, 200));
  }
  expect((await run.outcome).exitCode).not.toBe(0);
  const ms = performance.now() - begin;
  console.log(`${where}: Ctrl-C ${times} ×: ended after ${Math.round(ms)} ms`);
  expect(ms).toBeLessThan(LIMIT_MS);
  await expect.poll(() => processes.filter((pid) => isAlive(pid)), { timeout: 3_000 }).toEqual([]);
  await expect.poll(() => sockets.size, { timeout: 3_000 }).toBe(0);
});
