import ts from "typescript";

/** Returns a doc comment as Markdown: its text, and its `@default` as a sentence. */
export function descriptionOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const text = unwrap(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
  const fallback = tagText(symbol, "default");
  return fallback === undefined ? text : `${text}\n\nDefault: ${unwrap(fallback).replace(/^- /, "")}.`.trimStart();
}

export function hasTag(symbol: ts.Symbol, name: string): boolean {
  return symbol.getJsDocTags().some((tag) => tag.name === name);
}

function tagText(symbol: ts.Symbol, name: string): string | undefined {
  const tag = symbol.getJsDocTags().find((one) => one.name === name);
  return tag && ts.displayPartsToString(tag.text);
}

/** Joins the lines of each paragraph. */
function unwrap(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, " ").trim())
    .join("\n\n");
}
