import { cpSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskDetails } from "../../engine/types.ts";
import { deepEqual } from "../../provider/runtime/diff.ts";
import { projectOntoDesired } from "../../provider/service/normalize-spec.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { makeClone } from "../toolchain/clone.ts";
import { getNetwork, waitFor } from "./manual-changes.ts";
import { readBlocks } from "./doc-page.ts";
import { createLinkedExample } from "./linked-example.ts";
import { ArticleStore } from "./article-store.ts";
import { openBucket, randomObject } from "./s3.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { Shell } from "./shell.ts";
import type { TestStack } from "./stack.ts";

/** Large enough to be copied in several parts. */
const LONG = "0123456789abcdef".repeat(4 * 1024 * 1024 + 1);

/** Runs the commands of the pages exactly as they are printed there. */
describeOnLab(
  "the documentation",
  (fixture) => {
    /** A shell on each host, which keeps variables from one block to the next. */
    let shells: Record<string, Shell>;

    beforeAll(async () => {
      const { lab, images } = fixture();
      const [one, ...others] = lab.hosts;
      if (!one) throw new Error("the lab has no host");
      // `minio/minio` is pulled from a mirror of Docker Hub.
      const registry = await lab.registry();
      await registry.push(one.engine, images.a, "minio/minio");
      const mirror = JSON.stringify({ "registry-mirrors": [`http://${registry.address}`] });
      await Promise.all(
        lab.hosts.map(async (host) => {
          writeFileSync(join(host.folder, "etc-docker", "daemon.json"), mirror);
          await host.stopEngine();
          await host.startEngine();
        }),
      );
      // The article starts from an existing Swarm.
      await one.run("docker", "swarm", "init", "--advertise-addr", one.address);
      const token = (await one.run("docker", "swarm", "join-token", "--quiet", "worker")).trim();
      for (const host of others) await host.run("docker", "swarm", "join", "--token", token, `${one.address}:2377`);
      shells = Object.fromEntries(lab.hosts.map((host) => [host.hostname, new Shell(host)]));
      shells["manager"] = shells["node1"]!;
    });

    describe("docs/article.md", () => {
      const blocks = readBlocks("docs/article.md");
      const compose = blocks.find(({ where }) => where === "minio-compose.yml");
      const steps = blocks.flatMap((block, at) => {
        const next = blocks[at + 1];
        const printed = next?.where === "output" ? next.text : undefined;
        return block.language === "sh" ? [{ ...block, printed }] : [];
      });

      test.each(steps.map((step, at) => [`${at + 1}: ${step.heading}`, step] as const))("%s", async (_, step) => {
        const shell = shells[step.where];
        if (!shell) throw new Error(`docs/article.md runs a command on unknown host "${step.where}"`);
        shell.write("minio-compose.yml", compose?.text ?? "");
        const output = await shell.run(step.text);
        if (step.printed !== undefined) expect(timeless(output)).toBe(timeless(step.printed));
        await settled();
      });
    });

    describe("docs/adopt.md", () => {
      const [byHand, here, ...blocks] = readBlocks("docs/adopt.md").filter(({ language }) => language === "sh");
      const photos = new Map<string, string>();
      const project = createLinkedExample("adopt");
      afterAll(() => rmSync(project, { recursive: true, force: true }));
      let stack: TestStack;
      let stores: ArticleStore[];
      let before: unknown;

      test("starts with one independent store per task, each with its own objects", async () => {
        // These commands are the article's, which have already run.
        const article = readBlocks("docs/article.md").map(({ text }) => text);
        for (const line of byHand!.text.trim().split("\n")) expect(article).toContain(`${line}\n`);
        await shells["manager"]!.run("docker stack rm minio");
        stores = await ArticleStore.waitForAll("minio_service", fixture().lab.hosts);
        expect(stores).toHaveLength(4);
        for (const [at, store] of stores.entries()) {
          await store.put("photos/everywhere", "the same");
          await store.put("photos/config.json", JSON.stringify({ store: at }));
          const [name, contents] = [`only in/${at} & nowhere else`, randomObject(200_000 + at).toString("base64")];
          await store.put(`photos/${name}`, contents);
          photos.set(name, contents);
        }
        await stores[1]!.put("videos/holiday", "by the sea", "Content-Type=video/ogg;X-Amz-Meta-Year=2026");
        await stores[2]!.put("videos/long", LONG);
        before = await getManualObjects();
      });

      test(`${here!.heading}: changes nothing, prints the warning, and a second preview is empty`, async () => {
        expect(here!.text).toBe("pulumi preview\npulumi up\n");
        const { hosts } = fixture().lab;
        const machines = hosts.map(({ hostname, address, ssh: { user, identityFile, hostKey } }) => {
          return [hostname, { address, user, identityFile, hostKey }] as const;
        });
        const settings = {
          managers: ["node1"],
          hosts: Object.fromEntries(machines),
          // These kernels have no ESP.
          encrypted: false,
          image: fixture().images.a,
        };
        const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`adopt:${key}`, value]));
        stack = await fixture().stack(config, { project });
        const preview = await stack.preview();
        const [warning] = readBlocks("docs/adopt.md").filter(({ text }) => text.includes("warning: "));
        expect(preview.output).toContain(warning!.text.trim());
        await stack.up();
        expect((await stack.preview({ refresh: true })).steps).toEqual([]);
        expect(await getManualObjects()).toEqual(before);
      });

      test.each(blocks.map((block, at) => [`${at + 1}: ${block.heading}`, block] as const))("%s", async (_, block) => {
        const shell = shells[block.where];
        if (!shell) throw new Error(`docs/adopt.md runs a command on unknown host "${block.where}"`);
        const output = await shell.run(block.text, { strict: true });
        expect(output).not.toContain("<ERROR>");
        if (block.text.endsWith('echo "$OLD"\n')) expect(output.trim().split("\n")).toHaveLength(stores.length);
        if (block.text.endsWith('echo "$DIFFERENT"\n')) expect(output).toBe("photos/config.json");
        if (block.text.includes("comm -23")) {
          const counts = output.split("\n").map((line) => line.replace(/-from-[\d-]+:/, ""));
          const three = Array.from(stores, () => "photos 3 objects");
          expect(counts.toSorted()).toEqual([...three, "videos 1 objects", "videos 1 objects"]);
        }
      });

      test("has copied every object, and every version of objects that differed", async () => {
        const { endpoint, rootUser, rootPassword } = (await stack.outputs({ showSecrets: true })) as Record<
          string,
          string
        >;
        const bucket = (name: string) => openBucket(endpoint!, rootUser!, rootPassword!, name);
        const names = await bucket("photos").list();
        const configs = names.filter((name) => name.startsWith("config.json."));
        expect(names.toSorted()).toEqual([...photos.keys(), ...configs, "everywhere"].toSorted());
        for (const [name, contents] of photos) {
          expect((await bucket("photos").get(name)).toString() === contents).toBe(true);
        }
        const versions = await Promise.all(configs.map(async (name) => (await bucket("photos").get(name)).toString()));
        expect(versions.toSorted()).toEqual([0, 1, 2, 3].map((store) => JSON.stringify({ store })));
        expect((await bucket("videos").get("holiday")).toString()).toBe("by the sea");
        expect((await bucket("videos").get("long")).toString() === LONG).toBe(true);
        expect(await bucket("videos").head("holiday")).toEqual({ type: "video/ogg", metadata: { year: "2026" } });
      });

      test("destroy keeps the Swarm and the network that were created manually", async () => {
        await stack.destroy();
        expect(await getManualObjects()).toEqual(before);
      });

      async function getManualObjects(): Promise<unknown> {
        const { engine } = fixture().host;
        const { ID, Spec } = await engine.inspectSwarm();
        const { Id, Created, IPAM, Options, Labels } = await getNetwork(engine, "minio-overlay-network");
        const nodes = (await engine.listNodes()).map(({ ID, Spec }) => [ID, Spec.Role, Spec.Availability]);
        return { swarm: { ID, Spec }, network: { Id, Created, IPAM, Options, Labels }, nodes: nodes.toSorted() };
      }
    });

    describe("README.md, on one machine", () => {
      const [first] = readBlocks("README.md").filter(({ language }) => language === "sh");
      const clone = makeClone();
      let shell: Shell;
      beforeAll(async () => {
        cpSync(join(ROOT, "index.ts"), join(clone, "index.ts"));
        shell = shells["node3"]!;
        await shell.run("docker swarm leave --force");
      });
      afterAll(() => rmSync(dirname(clone), { recursive: true, force: true }));
      const typed = (commands: string) =>
        shell.run(`cd "${clone}"\nexport PULUMI_SWARM_SOURCE=registries\n${commands}`, { strict: true });

      test("its first two commands print what it shows", async () => {
        expect(first!.text.split("\n").map((line) => line.split("#")[0]!.trim())).toEqual([
          "npm run up",
          "npm run verify",
          "",
        ]);
        const output = await typed(first!.text);
        const [up, verify] = readBlocks("README.md").filter(({ language }) => language === "text");
        for (const line of [...withoutTimes(up!.text), ...withoutTimes(verify!.text)]) {
          expect(withoutTimes(output)).toContain(line);
        }
      });

      test.each([
        ["npm run preview", /23 unchanged/],
        ["npm run status", /minio-main/],
        ["npm run exec -- local mc ls local", /launch\.mjs exec local mc ls local\s*$/],
        ['eval "$(npm run -s env)" && pulumi stack output rootUser', /\w{3}/],
        [
          "docker service rm minio-main && npm run preview",
          /\+ 1 to create\s+~ 1 to update\s+2 changes\. \d+ unchanged/,
        ],
        ["npm run up -- --json", /"status":\{"stack":"dev"[^]*"problems":\[\]\}\}/],
        ["npm run down", /Resources:\s+- 21 deleted[^]*kept, with all data: volumes minio-d1/],
        ["npm run down", /kept, with all data: volumes minio-d1/],
        ["npm run down -- --delete-data --yes", /removed, with all data: minio-d1/],
        ["npm run down -- --delete-data --yes", /nothing of stack dev is left: nothing to remove/],
      ])("%s", async (command, expected) => expect(await typed(command)).toMatch(expected));
    });

    /** Waits until tasks and stores run: they start after the command that creates them has ended. */
    async function settled(): Promise<void> {
      const { engine } = fixture().host;
      await waitFor(
        async () => {
          const tasks = await engine.listTasks();
          return (await engine.listServices()).every(({ ID, Spec }) => {
            const own = tasks.filter(({ ServiceID }) => ServiceID === ID);
            const wanted = own.filter(({ DesiredState }) => ["ready", "running"].includes(DesiredState));
            const hasSettings = (task: TaskDetails) =>
              deepEqual(task.Spec, projectOntoDesired(task.Spec, Spec.TaskTemplate));
            // A service exists before its tasks do.
            return (
              wanted.length > 0 && own.every((task) => isRunning(task) === (wanted.includes(task) && hasSettings(task)))
            );
          });
        },
        "tasks to run",
        { limitMs: 120_000 },
      );
      for (const service of ["minio_minio", "minio_service"])
        await ArticleStore.waitForAll(service, fixture().lab.hosts);
    }
  },
  { hosts: 3 },
);

const isRunning = ({ Status }: TaskDetails) => Status.State === "running";

/** Returns the lines of a command's output without durations and names that contain the time. */
function withoutTimes(text: string): string[] {
  const lines = text.split("\n").map((line) =>
    line
      .replace(/\(?\b\d+(\.\d+)? ?s\b\)?|-verify-[\w-]+/g, "TIME")
      .replace(/\s+/g, " ")
      .trim(),
  );
  return lines.filter((line) => line !== "");
}

/** Replaces what differs each time (ids, addresses, ages) and sorts the lines. */
function timeless(text: string): string {
  return text
    .replace(/\d+\.\d+\.\d+\.\d+/g, "IP")
    .replace(/\[[^\]]*UTC\]|after \d+ ms/g, "TIME")
    .replace(/\b[a-z0-9]{12,}\b/g, "ID")
    .replace(/(vxlanid_list":")\d+/g, "$1N")
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .toSorted()
    .join("\n");
}
