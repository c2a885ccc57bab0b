import { expect, test } from "vitest";
import { isHostname } from "../../../core/hostname.ts";

test.each(["node1", "DESKTOP-AB12CD", "node1.example.com", "ip-10-0-0-1.ec2.internal", "1", `${"a".repeat(63)}.b`])(
  "accepts %s",
  (name) => expect(isHostname(name)).toBe(true),
);

test.each(["", "node_1", "-a", "a-", "a..b", "a.", ".a", "a b", "ä", "a".repeat(64), `${"a.".repeat(127)}b`])(
  "rejects %j",
  (name) => expect(isHostname(name)).toBe(false),
);
