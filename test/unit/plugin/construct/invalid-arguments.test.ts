import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { InputValidationError } from "../../../../core/input-validation-error.ts";
import { ANY, isPlainType } from "../../../../core/argument-types.ts";
import { componentClass } from "../../../../plugin/construct/components.ts";
import { createComponent } from "../../../../plugin/construct/create-component.ts";
import { runProgram } from "../../harness.ts";
import {
  type ArgumentPlace,
  argumentPlaces,
  createReferences,
  outputsOf,
  type References,
  SCHEMA,
  validArguments,
} from "./valid-arguments.ts";

type Create = (kind: string, name: string, args: pulumi.Inputs) => unknown;

/** As programs in other languages do, by way of the plugin. */
const createForOthers: Create = (kind, name, args) => createComponent(`swarm:index:${kind}`, name, args, {}, SCHEMA);

/** As programs on Node.js do, here one in JavaScript. */
const createInNode: Create = (kind, name, args) => {
  const Component = componentClass(kind)!;
  return new Component(name, args, {});
};

const PROGRAMS: [string, Create][] = [
  ["another language", createForOthers],
  ["JavaScript", createInNode],
];

/** Runs work in a program, whose resources do not matter. */
async function inProgram<T>(work: (references: References) => Promise<T>): Promise<T> {
  const results: T[] = [];
  const program = async () => {
    results.push(await work(createReferences()));
    throw new Error("the program ends here");
  };
  await expect(runProgram(program, { preview: true, outputs: outputsOf })).rejects.toThrow("the program ends here");
  // Registrations continue after that.
  for (let turn = 0; turn < 200; turn++) await new Promise((done) => setImmediate(done));
  return results[0]!;
}

/** Returns the message with which a component rejects the arguments; undefined if it accepts them. */
async function messageFor(create: Create, kind: string, args: pulumi.Inputs): Promise<string | undefined> {
  try {
    await create(kind, "wrong", args);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return error instanceof InputValidationError ? message : `not for users: ${(error as Error).stack ?? message}`;
  }
}

/** Returns what the components say to these values in each place. */
function answers(create: Create, valuesFor: (place: ArgumentPlace) => unknown[]) {
  return inProgram(async (references) => {
    const places = validArguments(references).flatMap(argumentPlaces);
    const asked = places.flatMap((place) => valuesFor(place).map((value, at) => ({ place, value, at })));
    const said: { place: ArgumentPlace; at: number; message: string | undefined }[] = [];
    for (const { place, value, at } of asked)
      said.push({ place, at, message: await messageFor(create, place.kind, place.replaceWith(value)) });
    return said;
  });
}

test.each(PROGRAMS)(
  "arguments of %s in the tests below are valid but for the value in question",
  async (_in, create) => {
    const { resources } = await runProgram(
      async () => {
        for (const [at, { kind, args }] of validArguments(createReferences()).entries())
          await create(kind, `valid${at}`, args);
      },
      { preview: true, outputs: outputsOf },
    );
    const created = new Set(resources.map(({ type }) => type));
    const components = Object.entries(SCHEMA.resources).flatMap(([type, spec]) => (spec.isComponent ? [type] : []));
    expect(components.filter((type) => !created.has(type))).toEqual([]);
  },
);

/** Values of another type than the argument's, with the problem that the message names. */
function ofAnotherType({ type, isRequired }: ArgumentPlace): [unknown, string][] {
  const missing: [unknown, string][] = isRequired ? [[null, "must be given"]] : [];
  const { $ref = "", items, additionalProperties, oneOf } = type;
  if (oneOf ?? $ref.startsWith("#/resources/")) return [...missing, ["10.20.0.0/24", "must be "], [{}, "must be "]];
  if ($ref === "pulumi.json#/Any") return [];
  if (items) return [...missing, ["a", "must be a list"], [{ a: 1 }, "must be a list"]];
  if (additionalProperties) return [...missing, ["a", "must be a map"], [["a"], "must be a map"]];
  if ($ref !== "" && SCHEMA.types[$ref.replace("#/types/", "")]?.type === "object")
    return [
      ...missing,
      ["a", "must be an object"],
      [[], "must be an object"],
      [{ colour: 1 }, '.colour "(given)": does not exist'],
    ];
  if (type.type === "boolean") return [...missing, ["yes", "must be true or false"], [1, "must be true or false"]];
  if (type.type === "integer" || type.type === "number") return [...missing, ["80", "must be a number"]];
  return [...missing, [5, "must be a string"], [["a"], "must be a string"]];
}

/** Arguments for which an empty text is a value like any other. */
const MAY_BE_EMPTY =
  /^(Host|SshHosts\.hosts\.a)\.zone$|\.(labels|containerLabels|environment|defaultLogOptions|immutable|locks|validation)\.|Generation$|^MinioUser\.secretKey$/;

describe.each(PROGRAMS)("in %s", (_in, create) => {
  test("each argument of each component rejects values of another type, in one line that names it", async () => {
    const said = await answers(create, (place) => ofAnotherType(place).map(([value]) => value));
    expect(said.length).toBeGreaterThan(300);
    const others = said.filter(({ place, at, message = "" }) => {
      const lines = message.split("\n").filter((line) => line.startsWith(`${place.kind} "wrong": ${place.path}`));
      const [, problem] = ofAnotherType(place)[at]!;
      return !lines.some((line) => line.includes(problem)) || /undefined|\[object/.test(message);
    });
    expect(others.map(({ place: { kind, path }, message }) => `${kind} ${path}: ${message}`)).toEqual([]);
  });

  test("each argument with a fixed set of values names them", async () => {
    const isEnum = ({ type }: ArgumentPlace) => {
      const named = SCHEMA.types[type.$ref?.replace("#/types/", "") ?? ""];
      return named !== undefined && "enum" in named;
    };
    const said = await answers(create, (place) => (isEnum(place) ? ["nonsense"] : []));
    expect(said.length).toBeGreaterThan(8);
    const others = said.filter(({ place: { kind, path }, message = "" }) => {
      const start = `${kind} "wrong": ${path} "nonsense": must be `;
      return !message.split("\n").some((line) => line.startsWith(start));
    });
    expect(others.map(({ place: { kind, path }, message }) => `${kind} ${path}: ${message}`)).toEqual([]);
  });

  test.each<[string, string, (place: ArgumentPlace) => unknown[]]>([
    ["an empty text", "string", () => [""]],
    ["a negative number", "integer", () => [-1]],
    ["a negative fraction", "number", () => [-0.5]],
  ])("%s is accepted or rejected in words", async (_what, type, values) => {
    const said = await answers(create, (place) => (place.type.type === type ? values(place) : []));
    const accepted = said.flatMap(({ place: { kind, path }, message }) =>
      message === undefined ? `${kind}.${path}` : [],
    );
    expect(accepted.filter((argument) => type !== "string" || !MAY_BE_EMPTY.test(argument))).toEqual([]);
    expect(said.filter(({ message }) => message?.startsWith("not for users"))).toEqual([]);
  });
});

test("JavaScript: an Output of a plain argument, and null, are rejected in one line", async () => {
  const said = await answers(createInNode, ({ type }) => [
    null,
    ...(isPlainType(type) && !JSON.stringify(type).includes(ANY) ? [pulumi.output("x"), Promise.resolve("x")] : []),
  ]);
  expect(said.filter(({ at }) => at > 0).length).toBeGreaterThan(100);
  const others = said.filter(({ place: { kind, path }, at, message = "" }) => {
    const problem =
      at === 0 ? /null: must (be given|not be null: leave it out)$/ : /": must be known before the program runs/;
    return !message.split("\n").some((line) => line.startsWith(`${kind} "wrong": ${path} `) && problem.test(line));
  });
  expect(others.map(({ place: { kind, path }, at, message }) => `${kind} ${path} ${at}: ${message}`)).toEqual([]);
});

describe("a program in another language gets the line", () => {
  type Change = (references: References) => pulumi.Inputs;
  test.each<[string, string, Change, string]>([
    ["a text for a number", "Swarm", () => ({ subnetSize: "24" }), 'subnetSize "24": must be a number'],
    ["no managers", "Swarm", () => ({ managers: undefined }), "managers (not given): must be given"],
    [
      "a network for a host",
      "Swarm",
      ({ network }) => ({ managers: [network] }),
      'managers[0] "(a component of type OverlayNetwork)": must be a component of type Host',
    ],
    [
      "a misspelled name",
      "OverlayNetwork",
      () => ({ subnett: "10.20.0.0/24" }),
      'subnett "(given)": does not exist: did you mean "subnet"?',
    ],
    [
      "a name that resembles none",
      "OverlayNetwork",
      () => ({ colour: "blue" }),
      'colour "(given)": does not exist: choose one of adopt, attachable, encrypted, gateway, internal, ipRange, ' +
        "labels, mtu, networkName, subnet, swarm",
    ],
    ["an argument that only TypeScript has", "OverlayNetwork", () => ({ transform: {} }), 'transform "(given)": does'],
    [
      "a secret in a plain argument",
      "OverlayNetwork",
      () => ({ networkName: pulumi.secret("web") }),
      'networkName "(a secret)": must not be a secret',
    ],
    [
      "a key in place of an object with it",
      "MinioService",
      () => ({ kmsKey: "bm90LWEta2V5" }),
      'kmsKey "(a secret)": must be an object',
    ],
    [
      "a network for the Swarm",
      "OverlayNetwork",
      ({ network }) => ({ swarm: network }),
      'swarm "(a component of type OverlayNetwork)": must be a component of type Swarm',
    ],
    [
      "a resource of another provider for the Swarm",
      "OverlayNetwork",
      () => ({ swarm: pulumi.output("urn:pulumi:dev::shop::docker:index/network:Network::web") }),
      'swarm "urn:pulumi:dev::shop::docker:index/network:Network::web": must be a component of type Swarm',
    ],
    [
      "the Swarm for a network",
      "MinioService",
      ({ swarm }) => ({ network: swarm }),
      'network "(a component of type Swarm)": must be one of these components: OverlayNetwork, MacvlanNetwork, ' +
        "IpvlanNetwork, BridgeNetwork, HostNetwork",
    ],
    [
      "a number for a password",
      "MinioService",
      () => ({ rootPassword: 12345678 }),
      'rootPassword "(a secret)": must be a string',
    ],
    [
      "a secret number for a text",
      "MinioBucket",
      () => ({ bucketName: pulumi.secret(12345678) }),
      'bucketName "(a secret)": must be a string',
    ],
    ["an empty bucket name", "MinioBucket", () => ({ bucketName: "" }), 'bucketName "": must be 3 to 63 lowercase'],
    [
      "an unknown access",
      "MinioUser",
      () => ({ access: { photos: "admin" } }),
      'access.photos "admin": must be "readonly"',
    ],
    ["half a spec", "SwarmService", () => ({ spec: { Name: "web" } }), "spec.Mode (not given): must be an object"],
    [
      "an argument that a list of others should contain",
      "SshHosts",
      () => ({ hosts: { a: "192.0.2.1" } }),
      'hosts.a "192.0.2.1": must be an object',
    ],
  ])("%s", async (_what, kind, change, line) => {
    const message = await inProgram(async (references) => {
      const { args } = validArguments(references).find((one) => one.kind === kind)!;
      return messageFor(createForOthers, kind, { ...args, ...change(references) });
    });
    expect(message?.split("\n")).toContainEqual(expect.stringContaining(`${kind} "wrong": ${line}`));
  });
});
