import { describe, expect, test } from "vitest";
import { type EngineState, refusalReason } from "../../../bench/guard.ts";
import { selectParts } from "../../../bench/parts.ts";
import { benchReport, duration, median, renderBench } from "../../../bench/report.ts";

describe("the median", () => {
  test.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[10, 9, 1, 2, 3], 3],
    [[4, 1, 3, 2], 2.5],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test("does not reorder the values", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  test("of no values is rejected", () => expect(() => median([])).toThrow("at least one value"));
});

describe("the report", () => {
  const report = benchReport(
    [
      { what: "preview", seconds: [3, 2, 4], against: { what: "empty", seconds: [2, 2, 1] }, aim: 1.5 },
      { what: "clone", seconds: [200] },
    ],
    ["cold"],
  );

  test("divides medians for ratios", () => {
    expect(report.rows).toMatchObject([{ median: 3, againstMedian: 2, ratio: 1.5 }, { median: 200 }]);
    expect(report.rows[1]).not.toHaveProperty("ratio");
  });

  test("keeps every run", () => expect(report.rows[0]?.seconds).toEqual([3, 2, 4]));

  test("has a table", () => {
    const text = renderBench(report);
    for (const part of ["3.00 s", "3: 2.00 s – 4.00 s", "1.50", "≤ 1.5", "3 min 20 s", "left out: cold"]) {
      expect(text).toContain(part);
    }
  });

  test.each([
    [0.8449, "0.84 s"],
    [12.34, "12.3 s"],
    [60, "1 min 0 s"],
    [599.6, "10 min 0 s"],
  ])("%d seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe("permission to measure", () => {
  const absent: EngineState = { stack: "dev", engine: "unix:///s", volumes: [], hasOrphanedBenchmark: false };
  const up: EngineState = { ...absent, swarmId: "ours", stackSwarmId: "ours", volumes: ["d1"] };
  const harmless = { destroys: false, yes: false };
  const destroying = { destroys: true, yes: false };
  const allowed = { destroys: true, yes: true };

  test.each<[string, EngineState, typeof allowed, RegExp | undefined]>([
    ["nothing is there", absent, destroying, undefined],
    ["the stack is up, previews only", up, harmless, undefined],
    ["the stack is up", up, destroying, /stack dev is up, and .* its data: .*--yes/],
    ["the stack is up, with --yes", up, allowed, undefined],
    ["data was kept", { ...absent, volumes: ["d1", "d2"] }, destroying, /volumes d1, d2 hold data of stack dev.*--yes/],
    ["data was kept, with --yes", { ...absent, volumes: ["d1"] }, allowed, undefined],
    [
      "another Swarm, even with --yes",
      { ...absent, swarmId: "x" },
      allowed,
      /is in Swarm x, which is not .* stack dev/,
    ],
    ["another Swarm than the stack's", { ...up, swarmId: "x" }, harmless, /is in Swarm x/],
    [
      "a Swarm that a killed benchmark left",
      { ...absent, swarmId: "x", hasOrphanedBenchmark: true },
      destroying,
      undefined,
    ],
  ])("%s", (_name, found, permission, refusal) => {
    const line = refusalReason(found, permission);
    if (refusal) expect(line).toMatch(refusal);
    else expect(line).toBeUndefined();
  });
});

describe("the parts", () => {
  test.each([
    [[], ["preview", "up", "clone"]],
    [
      ["clone", "preview"],
      ["preview", "clone"],
    ],
  ])("%j", (names, expected) => expect([...selectParts(names)]).toEqual(expected));

  test("an unknown part is rejected", () => {
    expect(() => selectParts(["previews"])).toThrow('argument "previews": choose of preview, up, clone');
  });
});
