import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { findRefusalLine, type ExpectedRefusal } from "../unit/invalid/expected-refusal.ts";
import { waitFor } from "./manual-changes.ts";
import { getEngineContents } from "./engine-contents.ts";
import { previewRefusals } from "./in-process-preview.ts";
import { type EngineRefusal, ENGINE_REFUSALS, SWARM_REFUSALS, MACHINE_REFUSALS } from "./refusal-cases.ts";
import { describeOnLab } from "./lab-fixture.ts";
import type { TestStackOptions } from "./stack.ts";

/** What needs no engine: `test/unit/stacks/refusals.test.ts`. */
describeOnLab(
  "wrong input is refused by a preview, in one clear line, with nothing touched",
  (scene) => {
    /** Previews with the CLI, in a stack of its own. */
    async function previewOf(
      config: Record<string, unknown>,
      options: Omit<TestStackOptions, "config"> = {},
    ): Promise<string> {
      const { host } = scene();
      const before = await getEngineContents(host.engine);
      const stack = await scene().stack(config, options);
      const { output } = await stack.expectFailure("preview");
      expect(await getEngineContents(host.engine)).toEqual(before);
      // A stack trace says nothing to whoever wrote the wrong input.
      expect(output).not.toMatch(/^\s+at .*[:(]\d+/m);
      return output;
    }

    function expectLine(output: string, refusal: ExpectedRefusal): void {
      expect(
        findRefusalLine(output, refusal),
        `one line with the three of ${JSON.stringify(refusal)} in:\n${output}`,
      ).toBeDefined();
    }

    /** Lets program and provider refuse it in this process. */
    async function expectRefused(refusal: EngineRefusal): Promise<void> {
      const { host } = scene();
      await refusal.prepare(host);
      const before = await getEngineContents(host.engine);
      expectLine((await previewRefusals(scene().settings(refusal.config))).join("\n"), refusal);
      expect(await getEngineContents(host.engine)).toEqual(before);
    }

    describe("by the program, through the CLI", () => {
      test("a setting that is not there", async () => {
        const said = { what: "", argument: "pulumi-swarm:colour", value: "colour", fix: "choose one of" };
        expectLine(await previewOf({ colour: "blue" }), said);
      });

      test("several at once, each with its own line", async () => {
        const output = await previewOf({ image: "quay.io/minio/minio:latest", port: 99999, rootUser: "me" });
        for (const part of [/image ".*:latest":/, /port 99999:/, /rootUser "me":/]) expect(output).toMatch(part);
      });

      test("up refuses as preview does, and makes nothing", async () => {
        const { engine } = scene().host;
        const before = await getEngineContents(engine);
        const stack = await scene().stack({ port: 99999 });
        expect((await stack.expectFailure("up")).output).toMatch(/port 99999: must be/);
        expect(await getEngineContents(engine)).toEqual(before);
        // The state has its identity, and the machine has been looked at; no other resource was created.
        const made = stack.state().resources.filter(({ id, type }) => id && !type.startsWith("pulumi:"));
        expect(made.map(({ type }) => type.split(":").at(-1)).toSorted()).toEqual(["Host", "Identity"]);
      });
    });

    describe("on the machine itself, through the CLI", () => {
      test.each(MACHINE_REFUSALS)("$what", async (refusal) => {
        const { host } = scene();
        await refusal.prepare(host);
        const config = { engine: undefined, hostname: undefined, ...refusal.config };
        expectLine(await previewOf(config, { runOn: host }), refusal);
      });
    });

    describe("for this engine", () => {
      test.each(ENGINE_REFUSALS)("$what", expectRefused);

      test("up refuses as preview does, before anything is touched", async () => {
        const { engine } = scene().host;
        const before = await getEngineContents(engine);
        const stack = await scene().stack({ subnet: "172.17.0.0/24" });
        expect((await stack.expectFailure("up")).output).toMatch(/subnet "172.17.0.0\/24": overlaps/);
        expect(await getEngineContents(engine)).toEqual(before);
      });

      test("an engine that does not answer: a preview cannot know, and up says so", async () => {
        const stack = await scene().stack({ engine: "unix:///nowhere/docker.sock" });
        const { output } = await stack.expectFailure("up");
        expect(output).toMatch(/unix:\/\/\/nowhere\/docker\.sock.* there is no such socket: is the engine running\?/);
        // Nothing but what is in Pulumi's state alone.
        const made = stack.state().resources.map(({ type }) => type.split(":").at(-1));
        for (const kind of ["Host", "Cluster", "Member", "Network", "Secret", "Service"])
          expect(made).not.toContain(kind);
      });
    });

    describe("for this Swarm", () => {
      beforeAll(async () => {
        const { engine } = scene().host;
        await engine.initSwarm({ ListenAddr: "127.0.0.1:2377", AdvertiseAddr: "127.0.0.1", Spec: {} });
        // Docker makes its own networks for a Swarm a moment after it.
        await waitFor(
          async () => (await getEngineContents(engine)).networks.includes("docker_gwbridge"),
          "Docker's own networks",
        );
      });
      afterEach(async () => {
        const { engine } = scene().host;
        if ((await engine.info()).Swarm.LocalNodeState !== "active") return;
        for (const { ID } of await engine.listServices()) await engine.removeService(ID);
      });
      afterAll(() => scene().host.engine.leaveSwarm(true));

      test("a Swarm that somebody else made, through the CLI", async () => {
        expect(await previewOf({})).toMatch(/adopt false: .*set adopt: true/);
      });

      test.each(SWARM_REFUSALS)("$what", expectRefused);
    });

    test("the configuration itself is not refused", async () => {
      expect(await previewRefusals(scene().settings())).toEqual([]);
    });
  },
  { disks: 1 },
);
