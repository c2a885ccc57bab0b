import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../../toolchain/cache.ts";

/** What differs in a message; in the page `…`. */
const HOLE = "\u0000";

/** Messages that others than this program say. */
const NOT_OURS = ["XMinioStorageFull"];

/** List items that begin with code. */
const items = readFileSync(join(ROOT, "docs/troubleshooting.md"), "utf8")
  .split("\n")
  .filter((line) => /^[-*] `/.test(line));
/** The message that an item is: one that is code alone, in two backticks where one is in the message. */
const messageIn = (item: string) => /^- (`+) ?(.+?) ?\1$/.exec(item)?.[2];
const messages = items.flatMap((item) => messageIn(item) ?? []);

describe("every message of docs/troubleshooting.md is one of the code's", () => {
  const texts = ["components", "core", "engine", "provider", "policy", "commands", "stacks", "toolchain"].flatMap(
    (folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT }).flatMap((file) => textsOf(join(ROOT, file))),
  );

  test("no item is left out but those that say more than a message", () => {
    expect(items.filter((item) => messageIn(item) === undefined)).toEqual([
      "- `URN … had not been marked as seen`, a panic of Pulumi",
    ]);
  });

  test.each(messages.filter((message) => !NOT_OURS.includes(message)))("%s", (message) => {
    expect(texts.some((text) => says(text, message))).toBe(true);
  });

  test("and one that no code says is found out", () => {
    expect(texts.some((text) => says(text, "the moon is made of cheese: choose another"))).toBe(false);
    expect(says(`a ${HOLE} b`, "a … c")).toBe(false);
  });
});

/** Whether a text of the code may come out as the message: its parts in their order. */
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

/** The texts that a file puts together: literals, templates, and sums of both as one. */
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
