import type { Frozen } from "../../core/immutable-value.ts";
import type { CheckFailure } from "../runtime/resource-handler.ts";
import { isUnknown, same } from "../runtime/values.ts";

/**
 * What speaks against a change of them. A value that was not known of before, or not given, may be anything; one that
 * is not known yet is judged once it is.
 */
export function frozenFailures(olds: Frozen = {}, news: Frozen = {}): CheckFailure[] {
  return Object.entries(news).flatMap(([name, { value, because }]) => {
    const before = olds[name];
    if (same(before?.value, undefined) || isUnknown(value) || same(before?.value, value)) return [];
    const given = value === undefined ? "(not given)" : JSON.stringify(value);
    const reason = `${name} ${given}: is ${JSON.stringify(before?.value)} for life: ${because}`;
    // With a property's name Pulumi would print the property's whole value before the line.
    return [{ property: "", reason }];
  });
}
