import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { SecretValue, validateArguments } from "../../../../components/shared/validate-arguments.ts";
import type { NamedTypes, PropertySpec } from "../../../../core/argument-types.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";

const TYPES: NamedTypes = {
  "swarm:index:Tls": {
    type: "object",
    properties: {
      ca: { type: "string" },
      hosts: { type: "array", items: { type: "string", plain: true }, plain: true },
      key: { type: "string", secret: true },
    },
    required: ["ca"],
  },
};
const PROPERTIES: Record<string, PropertySpec> = {
  adopt: { type: "boolean", plain: true },
  anything: { $ref: "pulumi.json#/Any" },
  change: { type: "function" },
  hosts: { type: "array", items: { $ref: "#/resources/swarm:index:Host" } },
  labels: { type: "object", additionalProperties: { type: "string" }, plain: true },
  password: { type: "string", secret: true },
  port: { type: "integer" },
  tls: { $ref: "#/types/swarm:index:Tls", plain: true },
  anyTls: { $ref: "#/types/swarm:index:Tls" },
};

const messages = (given: object, required: string[] = []) =>
  validateArguments(given, { properties: PROPERTIES, required }, TYPES).map((issue) => formatIssue("Thing", issue));

const HOST = { __pulumiType: "swarm:index:Host" };
const deferred = pulumi.output(1);
const MUST_BE_KNOWN = "must be known before the program runs: give a plain value that no resource computes";

test.each<[string, object]>([
  ["values", { adopt: true, port: 1, labels: { a: "b" }, tls: { ca: "x", key: "y" }, hosts: [HOST] }],
  ["Outputs and promises where the class takes them", { port: deferred, tls: { ca: Promise.resolve("x") } }],
  ["Outputs inside plain lists and maps", { labels: { a: deferred } }],
  ["an Output in an object that may be one", { anyTls: { ca: "x", hosts: deferred } }],
  ["what is undefined", { port: undefined, colour: undefined }],
  ["a function where there is one", { change: () => undefined }],
  ["any value", { anything: new Map() }],
  ["a secret where the class takes an Output", { port: new SecretValue(1) }],
])("accepts %s", (_what, given) => {
  expect(messages(given)).toEqual([]);
});

test.each<[string, object, string]>([
  ["an unknown name", { prot: 1 }, 'Thing: prot "(given)": does not exist: did you mean "port"?'],
  ["a misspelled secret, without its value", { pasword: "hunter22" }, 'Thing: pasword "(given)": does not exist: did'],
  ["a name of every object", { constructor: 1 }, 'Thing: constructor "(given)": does not exist: choose one of adopt'],
  ["an unknown name inside", { tls: { ca: "x", cert: "y" } }, 'Thing: tls.cert "(given)": does not exist'],
  ["null for a required one", { name: 1, tls: { ca: null } }, "Thing: tls.ca null: must be given"],
  ["null for another", { port: null }, "Thing: port null: must not be null: leave it out"],
  ["a missing one inside", { tls: {} }, "Thing: tls.ca (not given): must be given"],
  ["an item of another type", { hosts: [HOST, 5] }, "Thing: hosts[1] 5: must be a component of type Host"],
  ["a list for a map", { labels: ["a"] }, 'Thing: labels "(a list)": must be a map'],
  ["a component for a map", { labels: HOST }, 'Thing: labels "(a component of type Host)": must be a map'],
  ["a function for a value", { port: () => 1 }, 'Thing: port "(a function)": must be a number'],
  ["a value for a function", { change: "x" }, 'Thing: change "x": must be a function'],
  ["a BigInt", { port: 5n }, 'Thing: port "(a bigint)": must be a number'],
  ["a secret of another type", { port: new SecretValue("x") }, 'Thing: port "(a secret)": must be a number'],
  ["a plain value for a secret", { password: 12345678 }, 'Thing: password "(a secret)": must be a string'],
  ["a text for an object with a secret", { tls: "KEY" }, 'Thing: tls "(a secret)": must be an object'],
  ["an Output of a plain argument", { adopt: deferred }, `Thing: adopt "(an Output)": ${MUST_BE_KNOWN}`],
  ["a promise of a plain object", { tls: Promise.resolve({}) }, `Thing: tls "(a secret)": ${MUST_BE_KNOWN}`],
  ["an Output of a component", { hosts: [deferred] }, `Thing: hosts[0] "(an Output)": ${MUST_BE_KNOWN}`],
  ["a secret in a plain argument", { adopt: new SecretValue(true) }, 'Thing: adopt "(a secret)": must not be a secret'],
])("rejects %s", (_what, given, line) => {
  expect(messages(given)).toContainEqual(expect.stringContaining(line));
});

test("names all issues", () => {
  expect(messages({ prot: 1, adopt: "yes" }, ["port"])).toHaveLength(3);
});
