import { expect, it } from "vitest";
import { cutSource, editSource } from "../../toolchain/go-cut.ts";
import { buildKeyParts } from "../../toolchain/go.ts";
import { MINIO_REPAIRS } from "../../toolchain/minio-repairs.ts";

const cut = { file: "all.go", pattern: String.raw`^\tuse\((\w+)\)\n`, keep: ["a", "c"] };

it("of what matches, what is kept stays, and all else stays as it is", () => {
  const source = "start\n\tuse(a)\n\tuse(b)\n\tother(b)\n\tuse(c)\nend\n";
  expect(cutSource(source, cut)).toBe("start\n\tuse(a)\n\tother(b)\n\tuse(c)\nend\n");
});

it("what is to be kept and is not there is named: the source is another one then", () => {
  expect(() => cutSource("\tuse(a)\n", cut)).toThrow("all.go: nothing of it is called c");
});

const edit = { file: "cmd/all.go", from: "\tif signature {\n", to: "\tif true {\n" };

it("an edit replaces its text", () => {
  expect(editSource("a\n\tif signature {\nb\n", edit)).toBe("a\n\tif true {\nb\n");
});

it.each([
  ["is not there", "a\n", 0],
  ["is there twice", "\tif signature {\n\tif signature {\n", 2],
])("an edit whose text %s fails and names the file", (_what, source, found) => {
  expect(() => editSource(source, edit)).toThrow(`cmd/all.go: expected once, found ${found} times: \tif signature {`);
});

it("the repairs of MinIO are part of what its build is kept by", () => {
  const [minio] = buildKeyParts([{ module: "minio", package: "github.com/minio/minio", cut: MINIO_REPAIRS }]);
  expect(minio).toContain("doesPresignedSignatureMatch");
});
