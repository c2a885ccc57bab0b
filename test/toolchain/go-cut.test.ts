import { expect, it } from "vitest";
import { cutSource, editSource } from "../../toolchain/go-cut.ts";
import { buildKeyParts } from "../../toolchain/go.ts";
import { MINIO_REPAIRS } from "../../toolchain/minio-repairs.ts";

const cut = { file: "all.go", pattern: String.raw`^\tuse\((\w+)\)\n`, keep: ["a", "c"] };

it("removes the matches except for names to keep, and leaves the rest unchanged", () => {
  const source = "start\n\tuse(a)\n\tuse(b)\n\tother(b)\n\tuse(c)\nend\n";
  expect(cutSource(source, cut)).toBe("start\n\tuse(a)\n\tother(b)\n\tuse(c)\nend\n");
});

it("names a missing name to keep, because the source has changed", () => {
  expect(() => cutSource("\tuse(a)\n", cut)).toThrow("all.go: does not contain c");
});

const edit = { file: "cmd/all.go", from: "\tif signature {\n", to: "\tif true {\n" };

it("replaces the text of an edit", () => {
  expect(editSource("a\n\tif signature {\nb\n", edit)).toBe("a\n\tif true {\nb\n");
});

it.each([
  ["is not there", "a\n", 0],
  ["is there twice", "\tif signature {\n\tif signature {\n", 2],
])("rejects an edit with a text that %s, and names the file", (_what, source, found) => {
  expect(() => editSource(source, edit)).toThrow(`cmd/all.go: expected once, found ${found} times: \tif signature {`);
});

it("includes the MinIO fixes in the cache key of its build", () => {
  const [minio] = buildKeyParts([{ module: "minio", package: "github.com/minio/minio", cut: MINIO_REPAIRS }]);
  expect(minio).toContain("doesPresignedSignatureMatch");
});
