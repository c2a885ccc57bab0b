import { expect, test } from "vitest";
import { isDnsLabel } from "../../../core/dns-label.ts";

test.each(["a", "7", "node-1", "1st", "a--b", "a".repeat(63)])("%s is a DNS label", (name) => {
  expect(isDnsLabel(name)).toBe(true);
});

test.each(["", "-a", "a-", "Node", "a.b", "a_b", "a b", "a\n", "é", "a".repeat(64)])(
  "%j is not a DNS label",
  (name) => {
    expect(isDnsLabel(name)).toBe(false);
  },
);
