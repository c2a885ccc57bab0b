import { removeVolume } from "./manual-changes.ts";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { build } from "rolldown";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VERSION } from "../../core/version.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { writePluginArchives } from "../../toolchain/plugin-archives.ts";
import { pluginArchive } from "../../toolchain/releases.ts";
import { run } from "../../toolchain/run.ts";
import { getNetwork } from "./manual-changes.ts";
import { listOwnedObjects } from "./engine-contents.ts";
import { joinPrograms } from "./doc-page.ts";
import { serveRelease } from "./release-server.ts";
import { openBucket, randomObject } from "./s3.ts";
import { describeOnLab, type LabFixture } from "./lab-fixture.ts";
import type { TestStack, TestStackOptions } from "./stack.ts";

/** The outputs of the example for each store. */
const EXPORTS = ["endpoint", "rootUser", "rootPassword"];

/** The two ways to load the package; the same example runs in both. */
const KINDS = ["CommonJS", "ES modules"] as const;

/** A program that uses the public API with its types. */
const TYPED = [
  'import { Host, MinioService, NodeSettings, OverlayNetwork, Swarm, SwarmService } from "pulumi-swarm";',
  'import type { Drive, EngineConnection, MinioServiceArgs, ServiceSpec, ServiceTransform } from "pulumi-swarm";',
  'const drives: Record<string, Drive> = { d1: { path: "/mnt/disk1" } };',
  'export const host: Host = new Host("local", { drives });',
  'export const swarm = new Swarm("swarm", { managers: [host] });',
  'export const network = new OverlayNetwork("network", { swarm });',
  'const args: MinioServiceArgs = { swarm, network, mode: "replicated" };',
  'export const store = new MinioService("store", args);',
  "export const engine = host.engine.apply((connection: EngineConnection) => connection.host);",
  'export const spec: Partial<ServiceSpec> = { Name: "web" };',
  'const changed: ServiceTransform["service"] = (args) => {',
  '  args.spec.TaskTemplate.ContainerSpec.CapabilityAdd = ["CAP_SYS_NICE"];',
  "  return args;",
  "};",
  'new MinioService("changed", { swarm, network, transform: { service: changed } });',
  "export const classes = [NodeSettings, SwarmService];",
  "// @ts-expect-error a mode that is not there",
  'new MinioService("other", { swarm, network, mode: "mirrored" });',
];

/** A program without a compiler, whose components are right except the last. */
const WRONG_ARGUMENTS = `
import * as pulumi from "@pulumi/pulumi";
import { Host, MinioService, OverlayNetwork, Swarm } from "pulumi-swarm";
const swarm = new Swarm("swarm", { managers: [new Host("local", { engine: new pulumi.Config().require("engine") })] });
const network = new OverlayNetwork("network", { swarm });
new MinioService("store", { netwrok: network, swarm, enviroment: {}, pools: pulumi.output({}), port: "9000" });
`;
const WRONG_LINES = [
  'MinioService "store": network (not given): must be given',
  'MinioService "store": netwrok "(given)": does not exist: did you mean "network"?',
  'MinioService "store": enviroment "(given)": does not exist: did you mean "environment"?',
  'MinioService "store": pools "(an Output)": must be known before the program runs',
  'MinioService "store": port "9000": must be a number',
];

describeOnLab("the package, installed beside the examples", packageTests, { hosts: 2, disks: 1 });

function packageTests(fixture: () => LabFixture): void {
  let program: string;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-package-"));
    program = join(folder, "examples");
    cpSync(join(ROOT, "examples"), program, {
      recursive: true,
      filter: (path) => !path.includes("node_modules") && basename(path) !== "package-lock.json",
    });
    await npm(ROOT, "pack", "--pack-destination", folder);
    // The examples' dependencies, with the versions of the plugins on this machine.
    const manifest = join(program, "package.json");
    const asked = JSON.parse(readFileSync(manifest, "utf8")) as { dependencies: Record<string, string> };
    const pinned = ["@pulumi/docker", "@pulumi/policy", "@pulumi/pulumi"].map((name) => [name, versionOf(name)]);
    const dependencies = { ...asked.dependencies, ...(Object.fromEntries(pinned) as Record<string, string>) };
    writeFileSync(manifest, JSON.stringify({ ...asked, dependencies }));
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

  test("contains what it needs, and none of this repository's tests and tools", () => {
    const files = readdirSync(join(program, "node_modules", "pulumi-swarm"));
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json", "plugin", "policy"]));
    for (const name of ["components", "test", "toolchain", "commands", "stacks", "node_modules"]) {
      expect(files).not.toContain(name);
    }
  });

  test("contains a policy pack that starts and prints its port for Pulumi", async () => {
    const pack = spawn(join(program, "node_modules", "pulumi-swarm", "policy", "pack", "run"), ["127.0.0.1:1"]);
    try {
      const [output] = (await once(pack.stdout, "data")) as [Buffer];
      expect(output.toString()).toMatch(/^\d+\n/);
    } finally {
      pack.kill();
    }
  });

  test("has types for ES modules and CommonJS, with which examples and pages compile", async () => {
    const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    for (const name of ["typed.mts", "typed.cts"]) writeFileSync(join(program, name), TYPED.join("\n"));
    cpSync(join(ROOT, "node_modules", "@types", "node"), join(program, "node_modules", "@types", "node"), {
      recursive: true,
    });
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--types", "node", "--skipLibCheck"];
    writeFileSync(join(program, "pages.mts"), joinPrograms(["README.md", ...globSync("docs/*.md", { cwd: ROOT })]));
    const examples = readdirSync(program).filter((name) => existsSync(join(program, name, "index.ts")));
    const files = ["typed.mts", "typed.cts", "pages.mts", ...examples.map((name) => join(name, "index.ts"))];
    await run(process.execPath, [compiler, ...options, ...files], { cwd: program, timeoutMs: 120_000 });
  });

  test("names the plugin and its server, from which Pulumi downloads and starts it", async () => {
    // A project with the package in its own node_modules, which does not name the plugin.
    const project = join(program, "Pulumi.yaml");
    writeFileSync(
      project,
      JSON.stringify({ name: "plain", runtime: { name: "nodejs", options: { typescript: false } } }),
    );
    cpSync(join(program, "two-stores", "index.ts"), join(program, "index.ts"));
    await npm(program, "pkg", "set", "main=index.ts");
    await using release = await serveRelease(writePluginArchives(join(dirname(program), "archives")));
    // As for a release: docs/installation.md.
    await npm(join(program, "node_modules", "pulumi-swarm"), "pkg", "set", `pulumi.server=${release.url}`);
    const stack = await example("plain", {}, { project: program });
    const plugin = join(stack.folder, "home", "plugins", `resource-swarm-v${VERSION}`);
    rmSync(plugin, { recursive: true });

    const { steps } = await stack.preview();
    expect(release.requests).toEqual([pluginArchive("swarm", VERSION).name]);
    expect(readdirSync(plugin)).toEqual(expect.arrayContaining(["bundle.cjs", "pulumi-resource-swarm", "schema.json"]));
    expect(steps).toContainEqual(expect.objectContaining({ op: "create", name: "red-main" }));
  });

  test("a bundled program in JavaScript gets one line for each wrong argument", async () => {
    const project = join(program, "bundled");
    mkdirSync(project);
    writeFileSync(join(project, "source.js"), WRONG_ARGUMENTS);
    writeFileSync(join(project, "package.json"), JSON.stringify({ main: "bundle.cjs" }));
    writeFileSync(join(project, "Pulumi.yaml"), "name: bundled\nruntime: nodejs\n");
    await build({
      input: join(project, "source.js"),
      platform: "node",
      external: /^@pulumi\//,
      output: { file: join(project, "bundle.cjs"), format: "cjs" },
      logLevel: "silent",
    });
    const stack = await example("bundled");
    const { output } = await stack.expectFailure("preview");
    for (const line of WRONG_LINES) expect(output).toContain(line);
    expect(output).not.toMatch(/^\s+at .*[:(]\d+|TypeError/m);
  });

  /** Creates a stack of an example on the lab's machine, with `more` added to its configuration. */
  function example(
    name: string,
    more: Record<string, string> = {},
    options: Pick<TestStackOptions, "backendOf" | "project"> = {},
  ): Promise<TestStack> {
    const { host, images } = fixture();
    const { socket: engine, hostname, address: endpointAddress } = host;
    const settings = Object.entries({ engine, hostname, endpointAddress, image: images.a, ...more });
    const config = Object.fromEntries(settings.map(([key, value]) => [`${name}:${key}`, value]));
    return fixture().stack(config, { project: join(program, name), ...options });
  }

  async function upAndClean(stack: TestStack): Promise<void> {
    await stack.up();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  }

  describe.each(KINDS)("two stores on one Swarm, as %s", (kind) => {
    let stack: TestStack;
    beforeAll(async () => {
      if (kind === "CommonJS") toCommonJs(join(program, "two-stores"), join(program, "two-stores-cjs"));
      stack = await example(kind === "CommonJS" ? "two-stores-cjs" : "two-stores");
    });

    test("up creates them, a second preview is empty, and both store objects", async () => {
      await upAndClean(stack);
      const names = ["red", "blue"];
      expect(await listOwnedObjects(fixture().host.engine)).toEqual(
        names
          .flatMap((name) => [
            `network ${name}-network`,
            `service ${name}-main`,
            ...["mc-host-config", "root-password", "root-user"].map((secret) => `secret ${name}-${secret}`),
          ])
          .toSorted(),
      );
      const outputs = (await stack.outputs({ showSecrets: true })) as Record<string, Record<string, string>>;
      const bucketOf = (name: string) => {
        const [endpoint = "", user = "", password = ""] = EXPORTS.map((output) => outputs[output]?.[name]);
        return openBucket(endpoint, user, password, `only-${name}-${kind === "CommonJS" ? "cjs" : "esm"}`);
      };
      for (const name of names) {
        const object = randomObject();
        await bucketOf(name).create();
        await bucketOf(name).put("object", object);
        expect(object.equals(await bucketOf(name).get("object"))).toBe(true);
      }
    });

    if (kind === "ES modules") describe("and other examples next to them", otherExamples);

    test("destroy removes everything", async () => {
      await stack.destroy();
      const { engine } = fixture().host;
      expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
      // The volumes belong to this state; another one would be refused them.
      for (const { Name } of await engine.listVolumes()) await removeVolume(engine, Name);
    });

    function otherExamples(): void {
      test("own-network adds a network to their Swarm", async () => {
        const network = await example("own-network");
        await upAndClean(network);
        expect(await network.outputs()).toMatchObject({ networkName: "applications", subnet: "10.30.0.0/24" });
        await network.destroy();
      });

      test("own-service connects to a store over a network that it looks up by name", async () => {
        const service = await example("own-service");
        const { output } = await service.up();
        expect(output).not.toMatch(/not encrypted/);
        expect((await service.preview({ refresh: true })).steps).toEqual([]);
        await service.destroy();
      });

      test("another-project reads its bucket with the outputs of the other stack", async () => {
        const project = await example(
          "another-project",
          { stores: `organization/two-stores/${stack.name}` },
          { backendOf: stack },
        );
        await upAndClean(project);
        await project.destroy();
      });

      test("the network that was looked up by name still exists after they are destroyed", async () => {
        const { engine } = fixture().host;
        const { networkId } = await stack.outputs();
        expect((await getNetwork(engine, "red-network")).Id).toBe(networkId);
        expect((await engine.listServices()).map(({ Spec }) => Spec.Name).toSorted()).toEqual([
          "blue-main",
          "red-main",
        ]);
      });
    }
  });

  test("ssh-store makes a store of two machines that the user of its bucket can use", async () => {
    const { lab, images } = fixture();
    const [a, b] = lab.hosts.map(({ address, hostname, ssh: { user, identityFile, hostKey } }) => ({
      ...{ address, hostname, user, identityFile, hostKey },
    }));
    // The kernels of the lab have no ESP.
    const settings = { machines: { a, b }, encrypted: false, image: images.a };
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`ssh-store:${key}`, value]));
    const stack = await fixture().stack(config, { project: join(program, "ssh-store") });
    await upAndClean(stack);
    const { endpoints, bucketName, accessKey, secretKey } = (await stack.outputs({ showSecrets: true })) as {
      endpoints: Record<string, string>;
      bucketName: string;
      accessKey: string;
      secretKey: string;
    };
    const object = randomObject();
    const bucketOf = (key: string) => openBucket(endpoints[key]!, accessKey, secretKey, bucketName);
    await bucketOf("a").put("object", object);
    expect((await bucketOf("b").get("object")).equals(object)).toBe(true);
    await stack.destroy();
  });
}

const npm = (cwd: string, ...args: string[]) => run("npm", args, { cwd, timeoutMs: 240_000 });

/** Compiles a program to CommonJS. */
function toCommonJs(from: string, to: string): void {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 };
  const text = readFileSync(join(from, "index.ts"), "utf8");
  mkdirSync(to);
  writeFileSync(join(to, "index.cjs"), ts.transpileModule(text, { compilerOptions }).outputText);
  // A separate package.json: that of the examples says ES modules.
  writeFileSync(join(to, "package.json"), JSON.stringify({ name: basename(to), type: "commonjs" }));
  writeFileSync(join(to, "Pulumi.yaml"), JSON.stringify({ name: basename(to), runtime: "nodejs", main: "index.cjs" }));
}

function versionOf(name: string): string {
  const path = join(ROOT, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
