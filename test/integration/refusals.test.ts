import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "./by-hand.ts";
import { contentsOf } from "./contents.ts";
import { WRONG_ARGUMENTS } from "./programs/refusals/cases.ts";
import {
  type EngineRefusal,
  type Refusal,
  type Said,
  refusalLine,
  WRONG_ALONE,
  WRONG_FOR_ENGINE,
  WRONG_FOR_SWARM,
  WRONG_ON_MACHINE,
} from "./refusals.ts";
import { onLab } from "./scene.ts";
import type { TestStackOptions } from "./stack.ts";

onLab(
  "wrong input is refused by a preview, in one clear line, with nothing touched",
  (scene) => {
    /** Previews with the wrong input, in a stack of its own. */
    async function previewOf(refusal: Refusal, options: Omit<TestStackOptions, "config"> = {}): Promise<string> {
      const { host } = scene();
      const before = await contentsOf(host.engine);
      const stack = await scene().stack(refusal.config, options);
      const { output } = await stack.refused("preview");
      expect(await contentsOf(host.engine)).toEqual(before);
      return output;
    }

    function expectLine(output: string, refusal: Said): void {
      expect(
        refusalLine(output, refusal),
        `one line with the three of ${JSON.stringify(refusal)} in:\n${output}`,
      ).toBeDefined();
      // A stack trace says nothing to whoever wrote the wrong input.
      expect(output).not.toMatch(/^\s+at .*[:(]\d+/m);
    }

    test("there are at least 40 of them, each another", () => {
      const all = [...WRONG_ALONE, ...WRONG_FOR_ENGINE, ...WRONG_FOR_SWARM, ...WRONG_ON_MACHINE, ...WRONG_ARGUMENTS];
      expect(new Set(all.map(({ argument, value, wayOut }) => `${argument} ${value} ${wayOut}`)).size).toBe(all.length);
      expect(all.length).toBeGreaterThanOrEqual(40);
    });

    describe("by themselves", () => {
      test.each(WRONG_ALONE)("$what", async (refusal) => {
        expectLine(await previewOf(refusal), refusal);
      });

      test("several at once, each with its own line", async () => {
        const [latest, mtu] = [{ image: "quay.io/minio/minio:latest", port: 99999, rootUser: "me" }, { mtu: 68 }];
        const stack = await scene().stack({ ...latest, ...mtu });
        const { output } = await stack.refused("preview");
        // A component says all that is wrong with it; the next one is not made any more.
        expect(output).toMatch(/mtu 68/);
        const { output: next } = await (await scene().stack(latest)).refused("preview");
        for (const part of [/image ".*:latest":/, /port 99999:/, /rootUser "me":/]) expect(next).toMatch(part);
      });

      test("up refuses as preview does, and makes nothing", async () => {
        const { engine } = scene().host;
        const before = await contentsOf(engine);
        const stack = await scene().stack({ port: 99999 });
        expect((await stack.refused("up")).output).toMatch(/port 99999: must be/);
        expect(await contentsOf(engine)).toEqual(before);
        // The state has its identity, and the machine has been looked at; no other resource was created.
        const made = stack.state().resources.filter(({ id, type }) => id && !type.startsWith("pulumi:"));
        expect(made.map(({ type }) => type.split(":").at(-1)).toSorted()).toEqual(["Host", "Identity"]);
      });
    });

    describe("by what this repository's stack has no setting for", () => {
      let output: string;

      beforeAll(async () => {
        const { engine } = scene().host;
        const before = await contentsOf(engine);
        const stack = await scene().stack({}, { project: join(import.meta.dirname, "programs", "refusals") });
        ({ output } = await stack.refused("preview"));
        expect(await contentsOf(engine)).toEqual(before);
      });

      test.each(WRONG_ARGUMENTS)("$what", (refusal) => expectLine(output, refusal));

      test("nothing wrong was let through", () => expect(output).not.toMatch(/NOT REFUSED/));
    });

    describe("on the machine itself", () => {
      const inside = ({ config }: EngineRefusal) => ({ engine: undefined, hostname: undefined, ...config });
      test.each(WRONG_ON_MACHINE)("$what", async (refusal) => {
        await refusal.prepare(scene().host);
        const options = { inside: scene().host };
        expectLine(await previewOf({ ...refusal, config: inside(refusal) }, options), refusal);
      });
    });

    describe("for this engine", () => {
      test.each(WRONG_FOR_ENGINE)("$what", async (refusal) => {
        await refusal.prepare(scene().host);
        expectLine(await previewOf(refusal), refusal);
      });

      test("up refuses as preview does, before anything is touched", async () => {
        const { engine } = scene().host;
        const before = await contentsOf(engine);
        const stack = await scene().stack({ subnet: "172.17.0.0/24" });
        expect((await stack.refused("up")).output).toMatch(/subnet "172.17.0.0\/24": overlaps/);
        expect(await contentsOf(engine)).toEqual(before);
      });

      test("an engine that does not answer: a preview cannot know, and up says so", async () => {
        const stack = await scene().stack({ engine: "unix:///nowhere/docker.sock" });
        const { output } = await stack.refused("up");
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
        await until(
          async () => (await contentsOf(engine)).networks.includes("docker_gwbridge"),
          "Docker's own networks",
        );
      });
      afterEach(async () => {
        const { engine } = scene().host;
        if ((await engine.info()).Swarm.LocalNodeState !== "active") return;
        for (const { ID } of await engine.services()) await engine.removeService(ID);
      });
      afterAll(() => scene().host.engine.leaveSwarm(true));

      test.each(WRONG_FOR_SWARM)("$what", async (refusal) => {
        await refusal.prepare(scene().host);
        expectLine(await previewOf(refusal), refusal);
      });
    });
  },
  { disks: 1 },
);
