import type { FrozenValue } from "../swarm-service/args.ts";
import type { CheckFailure } from "./handler.ts";
import { same } from "./values.ts";

/** Values chosen for life, by the name of the argument. */
export type Frozen = Record<string, FrozenValue>;

/** What speaks against a change of them. A value that was not known of before may be anything. */
export function frozenFailures(olds: Frozen = {}, news: Frozen = {}): CheckFailure[] {
  return Object.entries(news).flatMap(([name, { value, because }]) => {
    const before = olds[name];
    if (before === undefined || same(before.value, value)) return [];
    const reason = `${name} ${JSON.stringify(value)}: is ${JSON.stringify(before.value)} for life: ${because}`;
    // With a property's name Pulumi would print the property's whole value before the line.
    return [{ property: "", reason }];
  });
}
