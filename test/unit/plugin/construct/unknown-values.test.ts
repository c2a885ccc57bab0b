import type * as pulumi from "@pulumi/pulumi";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Handlers } from "../../../../provider/rpc/resource-server.ts";
import { handlers } from "../../../../provider/handlers.ts";
import { createComponent } from "../../../../plugin/construct/create-component.ts";
import { type RegisteredResource, runProgram } from "../../harness.ts";
import { outputSent } from "./output-sent.ts";
import {
  type ArgumentPlace,
  argumentPlaces,
  createReferences,
  outputsOf,
  SCHEMA,
  validArguments,
} from "./valid-arguments.ts";

const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-unknown-"));
beforeAll(() => {
  // No machine is reached, and none waited for.
  writeFileSync(join(folder, "ssh"), "#!/bin/sh\necho 'connect to host: Connection refused' >&2\nexit 255\n", {
    mode: 0o755,
  });
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Returns whether a component takes an Output in this place, so that a preview may not know the value. */
function mayBeUnknown({ path, type: { plain, $ref = "", oneOf, items } }: ArgumentPlace): boolean {
  const isReference = oneOf ?? items?.oneOf ?? [items?.$ref, $ref].some((ref) => ref?.startsWith("#/resources/"));
  return !plain && !isReference && $ref !== "pulumi.json#/Any" && !GIVEN_TOGETHER.includes(path);
}

/** These three are valid only together. */
const GIVEN_TOGETHER = ["tls.certificate", "tls.key", "tls.caCertificate"];

/** The name of the component whose arguments are all known, and of the others. */
const KNOWN = "all-known";
const nameOf = (at: number) => `unknown-${at}-x`;

/** Returns what the provider rejects of a resource, and what would replace it. */
async function effects(old: RegisteredResource, { type, name, inputs }: RegisteredResource): Promise<string[]> {
  const [pack, , kind = ""] = type.split(":");
  const handler = pack === "swarm" ? (handlers as Record<string, Handlers[keyof Handlers]>)[kind] : undefined;
  if (!handler) return [];
  const check = async (olds: object, news: object) => handler.check?.(olds, news) ?? { inputs: news, failures: [] };
  const recorded = await check({}, old.inputs);
  const { inputs: news, failures } = await check(recorded.inputs, inputs);
  const { replaces = [] } = await handler.diff(`${name}-id`, { ...recorded.inputs, ...outputsOf(type) }, news);
  const rejected = failures.slice(recorded.failures.length).map(({ reason }) => reason);
  return [...rejected, ...replaces.map((property) => `replaces ${name} (${type}): ${property}`)];
}

const kinds = validArguments((await runProgram(createReferences, { outputs: outputsOf })).value).map(
  ({ kind }, at) => ({
    kind,
    at,
  }),
);

test.each(kinds)(
  "$kind: a value that a preview does not know ends nothing and replaces nothing",
  async ({ kind, at }) => {
    const found: string[] = [];
    const places: ArgumentPlace[] = [];
    const program = async () => {
      const valid = validArguments(createReferences())[at]!;
      places.push(...argumentPlaces(valid).filter(mayBeUnknown));
      const create = (name: string, args: pulumi.Inputs) =>
        createComponent(`swarm:index:${kind}`, name, args, {}, SCHEMA);
      await create(KNOWN, valid.args);
      for (const [number, { path, replaceWith }] of places.entries())
        await create(nameOf(number), replaceWith(outputSent(undefined, { isKnown: false }))).catch((error: Error) =>
          found.push(`${path}: ${error.message}`),
        );
    };
    // As in a preview that follows an `up`, ids are known.
    const ids = (_type: string, name: string) => `${name}-id`;
    const { resources } = await runProgram(program, { preview: true, outputs: outputsOf, ids });
    const before = resources.filter(({ name }) => name.startsWith(KNOWN));
    for (const [number, { path }] of places.entries()) {
      for (const known of before) {
        const old = JSON.parse(JSON.stringify(known).replaceAll(KNOWN, nameOf(number))) as RegisteredResource;
        const now = resources.find(({ type, name }) => type === old.type && name === old.name);
        if (now && isDeepStrictEqual(now.inputs, old.inputs)) continue;
        const messages = now ? await effects(old, now) : [`${old.name} (${old.type}) is gone`];
        found.push(...messages.map((message) => `${path}: ${message}`));
      }
    }
    expect(found).toEqual([]);
  },
  60_000,
);
