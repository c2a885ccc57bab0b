import { ARGUMENTS } from "../argument-table.ts";
import { rejectIssues } from "./invalid-input.ts";
import { isMap, shown, validateArguments } from "./validate-arguments.ts";

/**
 * Rejects a wrong name or type of an argument, which only the compiler would find. Constructors call it first, because
 * programs in JavaScript have no compiler, and Node.js and Pulumi run TypeScript without one.
 *
 * @throws InputValidationError
 */
export function rejectWrongArguments(kind: string, name: unknown, args: unknown = {}): void {
  const fields = ARGUMENTS.components[kind];
  if (!fields) throw new Error(`${kind} is not in components/argument-table.ts: run \`npm run schema\``);
  if (typeof name !== "string")
    rejectIssues(kind, [
      { argument: "name", value: shown(name, false), problem: `must be a string: new ${kind}("name", { … })` },
    ]);
  const subject = `${kind} "${String(name)}"`;
  if (isMap(args)) rejectIssues(subject, validateArguments(args, fields, ARGUMENTS.types));
  else rejectIssues(subject, [{ argument: "args", value: "(given)", problem: "must be an object" }]);
}
