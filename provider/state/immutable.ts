import type { ImmutableValues } from "../../core/immutable-value.ts";
import { containsUnknown, deepEqual } from "../runtime/diff.ts";
import type { CheckFailure } from "../runtime/resource-handler.ts";

/**
 * Returns a failure for each immutable value that changed. A value that was not recorded or not given before can still
 * be set, and an unknown value is checked once it is known.
 */
export function validateImmutableValues(olds: ImmutableValues = {}, news: ImmutableValues = {}): CheckFailure[] {
  return Object.entries(news).flatMap(([name, { value, reason }]) => {
    const before = olds[name];
    if (deepEqual(before?.value, undefined) || containsUnknown(value) || deepEqual(before?.value, value)) return [];
    const given = value === undefined ? "(not given)" : JSON.stringify(value);
    const failure = `${name} ${given}: cannot change from ${JSON.stringify(before?.value)}: ${reason}`;
    // With a property's name, Pulumi would print the property's whole value before the message.
    return [{ property: "", reason: failure }];
  });
}
