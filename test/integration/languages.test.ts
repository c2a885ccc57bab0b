import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { afterAll, expect, test } from "vitest";
import { nameFromUrn } from "../../commands/lib/events.ts";
import { VERSION } from "../../core/version.ts";
import type { PackageSchema } from "../../plugin/schema/package-schema.ts";
import { formatIssue } from "../../core/input-validation-error.ts";
import { validateOverlayNetwork } from "../../core/networks/overlay-spec.ts";
import { ensureYamlHost } from "../../toolchain/languages.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { expectUsableBucket } from "./bucket-user.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { createLinkedExample } from "./linked-example.ts";
import { TestStack } from "./stack.ts";

/** A YAML program. */
interface Program {
  resources: Record<string, { type: string; properties: Record<string, unknown> }>;
  outputs: Record<string, string>;
}

describeOnLab(
  "the example in YAML",
  (fixture) => {
    const project = createLinkedExample("ssh-store-yaml");
    afterAll(() => rmSync(project, { recursive: true, force: true }));
    let stack: TestStack;

    /** Changes the properties of one resource in the program. */
    const set = (resource: string, properties: Record<string, unknown>) =>
      change(({ resources }) => Object.assign(resources[resource]!.properties, properties));
    const change = (edit: (program: Program) => unknown) => {
      const file = join(project, "Pulumi.yaml");
      const program = parse(readFileSync(file, "utf8")) as Program;
      edit(program);
      writeFileSync(file, stringify(program));
    };
    const machines = () =>
      Object.fromEntries(
        fixture().lab.hosts.map(({ address, hostname, ssh: { user, identityFile, hostKey } }, at) => [
          "ab".charAt(at),
          { address, hostname, user, identityFile, hostKey },
        ]),
      );

    test("logs at the resource, ends at Ctrl-C, and resumes", async () => {
      // The kernels of the lab have no ESP.
      set("network", { encrypted: false });
      set("hosts", { hosts: machines() });
      set("store", { image: fixture().images.a, minReadySeconds: 600 });
      const languageHosts = [await ensureYamlHost(await ensurePulumi())];
      stack = await TestStack.create({ project, languageHosts });
      const up = stack.start("up", ["--yes", "--skip-preview"]);
      const waiting = () =>
        up.events().find(({ diagnosticEvent }) => diagnosticEvent?.message.includes("s of at most"));
      await expect.poll(waiting, { timeout: 180_000 }).toBeDefined();
      expect(nameFromUrn(waiting()?.diagnosticEvent?.urn ?? "")).toBe("store-main");
      process.kill(up.pid, "SIGINT");
      expect((await up.outcome).exitCode).not.toBe(0);

      change(({ resources }) => delete resources["store"]!.properties["minReadySeconds"]);
      await stack.up();
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("makes a store that the user of the bucket can use through each host", () => expectUsableBucket(stack));

    test("is the program that TypeScript users write: it takes over the stack without a change", async () => {
      const folder = createLinkedExample("ssh-store");
      try {
        const config = { "ssh-store:machines": machines(), "ssh-store:encrypted": false };
        const image = { "ssh-store:image": fixture().images.a };
        const typescript = await TestStack.create({
          project: folder,
          backendOf: stack,
          name: stack.name,
          config: { ...config, ...image },
        });
        expect((await typescript.preview()).steps).toEqual([]);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test("shows a changed label as one line", async () => {
      set("hosts", { defaults: { drives: { d1: { path: "/mnt/disk1" } }, labels: { disk: "hdd" } } });
      const { steps } = await stack.preview();
      const members = steps.filter(({ type }) => type === "swarm:index:Member");
      expect(members.map(({ diffs }) => diffs)).toEqual([["labels.disk"], ["labels.disk"]]);
      expect(await stack.pulumi("preview", "--diff", "--non-interactive")).toContain('~ disk: "ssd" => "hdd"');
      await stack.up();
      await stack.refresh();
      expect((await stack.preview()).steps).toEqual([]);
    });

    const [issue] = validateOverlayNetwork("No Good", {});
    test.each<[string, string, Record<string, unknown>, string]>([
      [
        "the same error line as TypeScript",
        "OverlayNetwork",
        { swarm: "${swarm}", networkName: "No Good" },
        formatIssue('OverlayNetwork "wrong"', issue!),
      ],
      [
        "the same error line for a value that a resource computes",
        "MinioBucket",
        { store: "${store}", bucketName: "${network.subnet}" },
        'MinioBucket "wrong": bucketName "10.',
      ],
      [
        "an error line for a plain argument that is not known yet",
        "OverlayNetwork",
        { swarm: "${swarm}", networkName: "${new.networkId}" },
        'OverlayNetwork "wrong": networkName "(an Output)": must be known before the program runs',
      ],
    ])("gets %s", async (_case, kind, properties, line) => {
      const added = { type: "swarm:OverlayNetwork", properties: { swarm: "${swarm}", encrypted: false } };
      change(({ resources }) => Object.assign(resources, { new: added, wrong: { type: `swarm:${kind}`, properties } }));
      const { output } = await stack.expectFailure("preview");
      expect(output).toContain(line);
      expect(output).not.toMatch(/^\s+at .*[:(]\d+/m);
      change(({ resources }) => ["new", "wrong"].forEach((name) => delete resources[name]));
    });

    test("has a schema that Pulumi reads from the plugin", async () => {
      const launcher = join(project, "node_modules", "pulumi-swarm", "plugin", "pulumi-resource-swarm");
      const schema = JSON.parse(await stack.pulumi("package", "get-schema", launcher)) as PackageSchema;
      expect(Object.keys(schema.resources)).toContain("swarm:index:MinioService");
      expect(schema.version).toBe(VERSION);
    });

    test("is destroyed", async () => {
      await stack.destroy();
      for (const { engine } of fixture().lab.hosts) {
        expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
      }
      stack.remove();
    });
  },
  { hosts: 2, disks: 1 },
);
