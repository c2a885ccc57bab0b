import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { SLOW_FILES, slowFirst } from "../../toolchain/slow-first.ts";

const SLOW = ["slowest", "slow"];
const first = (...files: [file: string, groupOrder: number][]) =>
  slowFirst(
    files.map(([file, groupOrder]) => ({ file, groupOrder })),
    SLOW,
  ).map(({ file }) => file);

test("slow files come first, the slowest at the start", () => {
  expect(first(["b", 1], ["slow", 1], ["a", 1], ["slowest", 1])).toEqual(["slowest", "slow", "b", "a"]);
});

test("slow files never move before a group that runs earlier", () => {
  expect(first(["slow", 1], ["b", 1], ["c", 0], ["slowest", 2])).toEqual(["c", "slow", "b", "slowest"]);
});

test.each(SLOW_FILES)("%s exists", (file) => expect(existsSync(join(ROOT, file))).toBe(true));
