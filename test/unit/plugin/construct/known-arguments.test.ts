import { expect, test } from "vitest";
import { SecretValue } from "../../../../components/shared/validate-arguments.ts";
import { knownArguments } from "../../../../plugin/construct/known-arguments.ts";
import { outputSent } from "./output-sent.ts";

const host = { __pulumiType: "swarm:index:Host" };
const unknown = outputSent(undefined, { isKnown: false });

test.each<[string, unknown, unknown]>([
  ["a value", 1, 1],
  ["an Output", outputSent(1), 1],
  ["Outputs at any depth", { a: outputSent(["b", outputSent("c")]) }, { a: ["b", "c"] }],
  ["a secret", { a: outputSent("b", { isSecret: true }) }, { a: new SecretValue("b") }],
  ["a secret inside another", outputSent([outputSent(1, { isSecret: true })]), [new SecretValue(1)]],
  ["null", { a: null, b: outputSent(null) }, { a: undefined, b: undefined }],
])("reads %s", async (_what, given, known) => {
  expect(await knownArguments(given)).toStrictEqual(known);
});

test("keeps unknown Outputs and components", async () => {
  const known = (await knownArguments({ a: [unknown], host: outputSent(host) })) as { a: unknown[]; host: unknown };
  expect(known.a[0]).toBe(unknown);
  expect(known.host).toBe(host);
});
