import { expect, it } from "vitest";
import { cutSource } from "../../toolchain/go-cut.ts";

const cut = { file: "all.go", pattern: String.raw`^\tuse\((\w+)\)\n`, keep: ["a", "c"] };

it("of what matches, what is kept stays, and all else stays as it is", () => {
  const source = "start\n\tuse(a)\n\tuse(b)\n\tother(b)\n\tuse(c)\nend\n";
  expect(cutSource(source, cut)).toBe("start\n\tuse(a)\n\tother(b)\n\tuse(c)\nend\n");
});

it("what is to be kept and is not there is named: the source is another one then", () => {
  expect(() => cutSource("\tuse(a)\n", cut)).toThrow("all.go: nothing of it is called c");
});
