import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { run } from "../../toolchain/run.ts";
import { ownedObjects } from "./contents.ts";
import { bucketAt, someObject } from "./s3.ts";
import { onLab } from "./scene.ts";

/** What a user of the package writes: two stores on two networks of one Swarm. */
const PROGRAM = `
const config = new pulumi.Config("pulumi-swarm");
const host = new LocalHost("local", {
  engine: config.require("engine"),
  hostname: config.require("hostname"),
  endpointAddress: config.require("endpointAddress"),
});
const swarm = new Swarm("swarm", { managers: [host] });
const image = config.require("image");
const stores = ["red", "blue"].map((name, at) => {
  const network = new OverlayNetwork(name + "-network", { swarm });
  const ports = { port: 9200 + at * 10, consolePort: 9201 + at * 10 };
  return new MinioService(name, { swarm, network, image, ...ports });
});
const outputs = (output) => ({ red: output(stores[0]), blue: output(stores[1]) });
`;

const EXPORTS = ["endpoint", "rootUser", "rootPassword"];

/** The two ways to load the package. */
const KINDS = [
  {
    kind: "CommonJS",
    file: "index.cjs",
    before: [
      'const pulumi = require("@pulumi/pulumi");',
      'const { LocalHost, MinioService, OverlayNetwork, Swarm } = require("pulumi-swarm");',
    ],
    after: EXPORTS.map((name) => `exports.${name} = outputs((store) => store.${name});`),
  },
  {
    kind: "ES modules",
    file: "index.mjs",
    before: [
      'import * as pulumi from "@pulumi/pulumi";',
      'import { LocalHost, MinioService, OverlayNetwork, Swarm } from "pulumi-swarm";',
    ],
    after: EXPORTS.map((name) => `export const ${name} = outputs((store) => store.${name});`),
  },
];

/** The whole public surface, used with its types. */
const TYPED = [
  'import { LocalHost, MinioService, NodeSettings, OverlayNetwork, Swarm, SwarmService } from "pulumi-swarm";',
  'import type { Drive, EngineConnection, Host, MinioServiceArgs, ServiceSpec } from "pulumi-swarm";',
  'const drives: Record<string, Drive> = { d1: { path: "/mnt/disk1" } };',
  'export const host: Host = new LocalHost("local", { drives });',
  'export const swarm = new Swarm("swarm", { managers: [host] });',
  'export const network = new OverlayNetwork("network", { swarm });',
  'const args: MinioServiceArgs = { swarm, network, mode: "replicated" };',
  'export const store = new MinioService("store", args);',
  "export const engine = host.engine.apply((connection: EngineConnection) => connection.host);",
  'export const spec: Partial<ServiceSpec> = { Name: "web" };',
  "export const classes = [NodeSettings, SwarmService];",
  "// @ts-expect-error a mode that is not there",
  'new MinioService("other", { swarm, network, mode: "mirrored" });',
];

onLab("the package, installed in another program", (scene) => {
  let program: string;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-package-"));
    program = join(folder, "program");
    mkdirSync(program);
    const npm = (cwd: string, ...args: string[]) => run("npm", args, { cwd, timeoutMs: 240_000 });
    await npm(ROOT, "pack", "--pack-destination", folder);
    const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    const dependencies = {
      "pulumi-swarm": `file:../${tarball}`,
      "@pulumi/docker": versionOf("@pulumi/docker"),
      "@pulumi/policy": versionOf("@pulumi/policy"),
      "@pulumi/pulumi": versionOf("@pulumi/pulumi"),
    };
    writeFileSync(
      join(program, "package.json"),
      JSON.stringify({ name: "their-program", private: true, dependencies }),
    );
    await npm(
      program,
      "install",
      "--ignore-scripts",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    );
  });
  afterAll(() => rmSync(dirname(program), { recursive: true, force: true }));

  test("holds what it needs, and nothing of this repository's tests and tools", () => {
    const files = readdirSync(join(program, "node_modules", "pulumi-swarm"));
    expect(files).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json", "policy", "provider.cjs"]),
    );
    for (const name of ["components", "test", "toolchain", "commands", "stacks", "node_modules"]) {
      expect(files).not.toContain(name);
    }
  });

  test("its policy pack starts from there: it tells Pulumi the port on which it answers", async () => {
    const pack = spawn(join(program, "node_modules", "pulumi-swarm", "policy", "run"), ["127.0.0.1:1"]);
    try {
      const [said] = (await once(pack.stdout, "data")) as [Buffer];
      expect(said.toString()).toMatch(/^\d+\n/);
    } finally {
      pack.kill();
    }
  });

  test("its types are found by ES modules and by CommonJS", async () => {
    const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const types = join(program, "types");
    mkdirSync(types);
    for (const name of ["typed.mts", "typed.cts"]) writeFileSync(join(types, name), TYPED.join("\n"));
    cpSync(join(ROOT, "node_modules", "@types", "node"), join(program, "node_modules", "@types", "node"), {
      recursive: true,
    });
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--types", "node", "--skipLibCheck"];
    await run(process.execPath, [compiler, ...options, "typed.mts", "typed.cts"], { cwd: types, timeoutMs: 120_000 });
  });

  describe.each(KINDS)("as $kind", ({ kind, file, before, after }) => {
    test("up makes two stores on one Swarm, a second preview is clean, destroy takes all away", async () => {
      const project = { name: `their-program-${kind.split(" ").length}`, runtime: "nodejs", main: file };
      writeFileSync(join(program, "Pulumi.yaml"), JSON.stringify(project));
      writeFileSync(join(program, file), [...before, PROGRAM, ...after].join("\n"));
      const stack = await scene().stack({}, { project: program });
      await stack.up();
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);

      const { engine } = scene().host;
      const names = ["red", "blue"];
      expect(await ownedObjects(engine)).toEqual(
        names
          .flatMap((name) => [
            `network ${name}-network`,
            `service ${name}-main`,
            ...["mc-aliases", "root-password", "root-user"].map((secret) => `secret ${name}-${secret}`),
          ])
          .toSorted(),
      );
      const outputs = (await stack.outputs({ showSecrets: true })) as Record<string, Record<string, string>>;
      const bucketOf = (name: string) => {
        const [endpoint = "", user = "", password = ""] = EXPORTS.map((output) => outputs[output]?.[name]);
        return bucketAt(endpoint, user, password, `only-${name}-${project.name}`);
      };
      for (const name of names) {
        const object = someObject();
        await bucketOf(name).create();
        await bucketOf(name).put("object", object);
        expect(object.equals(await bucketOf(name).get("object"))).toBe(true);
      }

      await stack.destroy();
      expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
    });
  });
});

function versionOf(name: string): string {
  const path = join(ROOT, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
