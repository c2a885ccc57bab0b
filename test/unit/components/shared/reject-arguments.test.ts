import { expect, test } from "vitest";
import { ARGUMENTS } from "../../../../components/argument-table.ts";
import * as aws from "../../../../components/aws/index.ts";
import * as swarmPackage from "../../../../components/index.ts";
import * as kubernetes from "../../../../components/kubernetes/index.ts";
import { InputValidationError } from "../../../../core/input-validation-error.ts";
import { fakeHost, runFailing } from "../../harness.ts";

type UntypedClass = new (...args: unknown[]) => unknown;
const CLASSES = { ...swarmPackage, ...aws, ...kubernetes } as unknown as Record<string, UntypedClass>;

/** Returns the message with which a constructor rejects what an untyped program passes. */
function messageFor(kind: string, ...passed: unknown[]): string {
  try {
    new CLASSES[kind]!(...passed);
  } catch (error) {
    if (error instanceof InputValidationError) return error.message;
    return `not for users: ${String(error)}`;
  }
  return "accepted";
}

const KINDS = Object.entries(ARGUMENTS.components).map(([kind, fields]) => ({ kind, ...fields }));

test("the table has every exported component", () => {
  const exported = Object.entries(CLASSES).filter(([, one]) => typeof one === "function");
  expect(KINDS.map(({ kind }) => kind)).toEqual(exported.map(([kind]) => kind).toSorted());
});

// Nothing is registered: without a run of Pulumi that would be another error.
test.each(KINDS)("$kind names an unknown argument and what is missing", ({ kind, required }) => {
  const lines = messageFor(kind, "wrong", { colour: "blue" }).split("\n");
  const missing = required.map((name) => `${kind} "wrong": ${name} (not given): must be given`);
  expect(lines).toEqual([...missing, expect.stringContaining(`${kind} "wrong": colour "(given)": does not exist`)]);
});

test.each(KINDS)("$kind rejects arguments that are no object, and a name that is no text", ({ kind, required }) => {
  const line = `${kind} "wrong": args "(given)": must be an object`;
  for (const args of ["web", 5, null, ["a"], () => undefined]) expect(messageFor(kind, "wrong", args)).toBe(line);
  if (required.length > 0) expect(messageFor(kind, "wrong")).toContain(`${required[0]} (not given): must be given`);
  expect(messageFor(kind, {})).toBe(`${kind}: name "(a map)": must be a string: new ${kind}("name", { … })`);
});

test("a component that does not name its Swarm prevents that the Swarm is created", async () => {
  const { error, resources } = await runFailing(() => {
    const swarm = new swarmPackage.Swarm("swarm", { managers: [fakeHost("a")] });
    new CLASSES["OverlayNetwork"]!("network", { swrm: swarm });
  });
  expect(error).toBeInstanceOf(InputValidationError);
  expect(resources.map(({ type }) => type)).toContain("swarm:index:Swarm");
  expect(resources.filter(({ type }) => /:(Preflight|Cluster|Member)$/.test(type))).toEqual([]);
});
