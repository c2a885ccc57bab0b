import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { findRefusalLine, type ExpectedRefusal } from "../unit/invalid/expected-refusal.ts";
import { waitFor } from "./manual-changes.ts";
import { getEngineContents } from "./engine-contents.ts";
import { previewRefusals } from "./in-process-preview.ts";
import { type EngineRefusal, ENGINE_REFUSALS, SWARM_REFUSALS, MACHINE_REFUSALS } from "./refusal-cases.ts";
import { describeOnLab } from "./lab-fixture.ts";
import type { TestStackOptions } from "./stack.ts";

/** Refusals that need an engine; `test/unit/stacks/refusals.test.ts` has the others. */
describeOnLab(
  "a preview refuses invalid input in one line, and changes nothing:",
  (fixture) => {
    /** Runs a preview of a new stack with the CLI, and returns its output. */
    async function previewOf(
      config: Record<string, unknown>,
      options: Omit<TestStackOptions, "config"> = {},
    ): Promise<string> {
      const { host } = fixture();
      const before = await getEngineContents(host.engine);
      const stack = await fixture().stack(config, options);
      const { output } = await stack.expectFailure("preview");
      expect(await getEngineContents(host.engine)).toEqual(before);
      // A stack trace does not help the author of the input.
      expect(output).not.toMatch(/^\s+at .*[:(]\d+/m);
      return output;
    }

    function expectLine(output: string, refusal: ExpectedRefusal): void {
      expect(
        findRefusalLine(output, refusal),
        `one line with argument, value and fix of ${JSON.stringify(refusal)} in:\n${output}`,
      ).toBeDefined();
    }

    /** Runs program and provider in this process, and expects the refusal. */
    async function expectRefused(refusal: EngineRefusal): Promise<void> {
      const { host } = fixture();
      await refusal.prepare(host);
      const before = await getEngineContents(host.engine);
      expectLine((await previewRefusals(fixture().settings(refusal.config))).join("\n"), refusal);
      expect(await getEngineContents(host.engine)).toEqual(before);
    }

    describe("by the program, through the CLI", () => {
      test("an unknown setting", async () => {
        const refusal = { what: "", argument: "pulumi-swarm:colour", value: "colour", fix: "choose one of" };
        expectLine(await previewOf({ colour: "blue" }), refusal);
      });

      test("several invalid settings, with one line each", async () => {
        const output = await previewOf({ image: "quay.io/minio/minio:latest", port: 99999, rootUser: "me" });
        for (const part of [/image ".*:latest":/, /port 99999:/, /rootUser "me":/]) expect(output).toMatch(part);
      });

      test("up refuses as preview does, and creates nothing", async () => {
        const { engine } = fixture().host;
        const before = await getEngineContents(engine);
        const stack = await fixture().stack({ port: 99999 });
        expect((await stack.expectFailure("up")).output).toMatch(/port 99999: must be/);
        expect(await getEngineContents(engine)).toEqual(before);
        // The state has an identity, and the host was inspected. No other resource was created.
        const created = stack.state().resources.filter(({ id, type }) => id && !type.startsWith("pulumi:"));
        expect(created.map(({ type }) => type.split(":").at(-1)).toSorted()).toEqual(["Identity", "Machine"]);
      });
    });

    describe("on the machine itself, through the CLI", () => {
      test.each(MACHINE_REFUSALS)("$what", async (refusal) => {
        const { host } = fixture();
        await refusal.prepare(host);
        const config = { engine: undefined, hostname: undefined, ...refusal.config };
        expectLine(await previewOf(config, { runOn: host }), refusal);
      });
    });

    describe("for this engine", () => {
      test.each(ENGINE_REFUSALS)("$what", expectRefused);

      test("up refuses as preview does, before it changes anything", async () => {
        const { engine } = fixture().host;
        const before = await getEngineContents(engine);
        const stack = await fixture().stack({ subnet: "172.17.0.0/24" });
        expect((await stack.expectFailure("up")).output).toMatch(/subnet "172.17.0.0\/24": overlaps/);
        expect(await getEngineContents(engine)).toEqual(before);
      });

      test("an unreachable engine, which only up reports", async () => {
        const stack = await fixture().stack({ engine: "unix:///nowhere/docker.sock" });
        const { output } = await stack.expectFailure("up");
        expect(output).toMatch(/unix:\/\/\/nowhere\/docker\.sock.* the socket does not exist: is the engine running\?/);
        // Only resources without an object in an engine were created.
        const types = stack.state().resources.map(({ type }) => type.split(":").at(-1));
        for (const kind of ["Machine", "Cluster", "Member", "Network", "Secret", "Service"])
          expect(types).not.toContain(kind);
      });
    });

    describe("for this Swarm", () => {
      beforeAll(async () => {
        const { engine } = fixture().host;
        await engine.initSwarm({ ListenAddr: "127.0.0.1:2377", AdvertiseAddr: "127.0.0.1", Spec: {} });
        // Docker creates its networks shortly after the Swarm.
        await waitFor(
          async () => (await getEngineContents(engine)).networks.includes("docker_gwbridge"),
          "Docker's own networks",
        );
      });
      afterEach(async () => {
        const { engine } = fixture().host;
        if ((await engine.info()).Swarm.LocalNodeState !== "active") return;
        for (const { ID } of await engine.listServices()) await engine.removeService(ID);
      });
      afterAll(() => fixture().host.engine.leaveSwarm(true));

      test("a Swarm that the stack did not create, through the CLI", async () => {
        expect(await previewOf({})).toMatch(/adopt false: .*set adopt: true/);
      });

      test.each(SWARM_REFUSALS)("$what", expectRefused);
    });

    test("accepts the configuration without these changes", async () => {
      expect(await previewRefusals(fixture().settings())).toEqual([]);
    });
  },
  { disks: 1 },
);
