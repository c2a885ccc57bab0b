import type { ImmutableValues } from "../../core/immutable-value.ts";
import type { CheckFailure } from "../runtime/resource-handler.ts";
import { containsUnknown, deepEqual } from "../runtime/values.ts";

/**
 * What speaks against a change of them. A value that was not known of before, or not given, may be anything; one that
 * is not known yet is judged once it is.
 */
export function validateImmutableValues(olds: ImmutableValues = {}, news: ImmutableValues = {}): CheckFailure[] {
  return Object.entries(news).flatMap(([name, { value, reason }]) => {
    const before = olds[name];
    if (deepEqual(before?.value, undefined) || containsUnknown(value) || deepEqual(before?.value, value)) return [];
    const given = value === undefined ? "(not given)" : JSON.stringify(value);
    const failure = `${name} ${given}: is ${JSON.stringify(before?.value)} for life: ${reason}`;
    // With a property's name Pulumi would print the property's whole value before the line.
    return [{ property: "", reason: failure }];
  });
}
