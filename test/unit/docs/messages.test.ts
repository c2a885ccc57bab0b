import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../../toolchain/cache.ts";

/** Placeholder for the varying parts of a message, which the page shows as `…`. */
const HOLE = "\u0000";

/** Messages of other programs. */
const NOT_OURS = ["XMinioStorageFull"];

/** The list items that begin with code. */
const items = readFileSync(join(ROOT, "docs/troubleshooting.md"), "utf8")
  .split("\n")
  .filter((line) => /^[-*] `/.test(line));
/** Returns the message of an item that is only code; double backticks enclose a message that contains one. */
const messageIn = (item: string) => /^- (`+) ?(.+?) ?\1$/.exec(item)?.[2];
const messages = items.flatMap((item) => messageIn(item) ?? []);

describe("every message of docs/troubleshooting.md exists in the code", () => {
  const texts = textsIn("components", "core", "engine", "provider", "policy", "commands", "stacks", "toolchain");

  test("checks every item, except those with more than a message", () => {
    expect(items.filter((item) => messageIn(item) === undefined)).toEqual([
      "- `URN … had not been marked as seen`, a panic of Pulumi",
    ]);
  });

  test.each(messages.filter((message) => !NOT_OURS.includes(message)))("%s", (message) => {
    expect(texts.some((text) => says(text, message))).toBe(true);
  });

  test("finds a message that is not in the code", () => {
    expect(texts.some((text) => says(text, "the moon is made of cheese: choose another"))).toBe(false);
    expect(says(`a ${HOLE} b`, "a … c")).toBe(false);
  });
});

test("no message about a host calls its machine this one: the engine may be remote", () => {
  const texts = textsIn("components", "core", "provider", "stacks");
  expect(texts.filter((text) => /\bthis machine\b/i.test(text))).toEqual([]);
});

/** Returns the texts in the code of these folders. */
function textsIn(...folders: string[]): string[] {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT }));
  return files.flatMap((file) => textsOf(join(ROOT, file)));
}

/** Whether a text of the code can produce the message: it contains the message's parts in order. */
function says(text: string, message: string): boolean {
  let at = 0;
  for (const part of message
    .split("…")
    .map((each) => each.trim())
    .filter(Boolean)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

/** Returns the texts in a file: literals, templates, and concatenations of them. */
function textsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined) found.push(text);
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => HOLE + literal.text).join("");
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined && right === undefined ? undefined : (left ?? HOLE) + (right ?? HOLE);
  }
  return undefined;
}
