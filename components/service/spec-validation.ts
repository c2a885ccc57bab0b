import { isPlain, knownValue } from "../shared/inputs.ts";
import type { SwarmServiceArgs } from "./args.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";

/** The parts of a spec without which there is no service: a text, or an object with such parts. */
type Shape = "text" | { [name: string]: Shape };

const REQUIRED: Shape = { Name: "text", Mode: {}, TaskTemplate: { ContainerSpec: { Image: "text" } } };

/** Validates the parts of a service's spec that every service needs, as far as they are known. */
export function validateSpec(spec: unknown, argument = "spec", shape = REQUIRED): ValidationIssue[] {
  if (!isPlain(spec)) return [];
  if (shape === "text") {
    if (typeof spec === "string" && spec !== "") return [];
    return [{ argument, value: shown(spec), problem: "must be a text that is not empty" }];
  }
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) {
    const problem = `must be an object of the Engine API${Object.keys(shape).length > 0 ? ` with ${Object.keys(shape).join(", ")}` : ""}`;
    return [{ argument, value: shown(spec), problem }];
  }
  const parts = spec as Record<string, unknown>;
  return Object.entries(shape).flatMap(([name, part]) => validateSpec(parts[name], `${argument}.${name}`, part));
}

const shown = (value: unknown) => (typeof value === "object" && value !== null ? "(a list or map)" : value);

/** The least value of each number. */
const LEAST = { tasks: 0, minReadySeconds: 0, timeoutSeconds: 1, "locks.expirySeconds": 0 };

/** Validates the numbers of a service that are known. */
export function validateNumbers({
  tasks,
  minReadySeconds,
  timeoutSeconds,
  locks,
}: SwarmServiceArgs): ValidationIssue[] {
  const given = { tasks, minReadySeconds, timeoutSeconds, "locks.expirySeconds": locks?.expirySeconds };
  return Object.entries(LEAST).flatMap(([argument, least]) => {
    const value = knownValue(given[argument as keyof typeof LEAST]);
    if (value === undefined || (Number.isInteger(value) && value >= least)) return [];
    return [{ argument, value, problem: `must be a whole number of at least ${least}` }];
  });
}
