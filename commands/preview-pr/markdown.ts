/** Formats text as inline code, without markup, mentions or links. Escapes the bars that would end a table cell. */
export function code(text: string): string {
  const line = oneLine(text).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  // Without spaces, the text's own backticks would become part of the fence, and empty code would not be rendered as
  // code.
  const pad = longest > 0 || line === "" ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Formats lines as a code block. */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** Escapes a sentence with foreign parts, so that they contain no markup, mentions or links. */
export function plainText(text: string): string {
  return oneLine(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_[\]|~#]/g, "\\$&")
    .replace(/@/g, "@&#8203;")
    .replace(/:\/\//g, ":&#47;&#47;");
}

/** Escapes text for use within HTML, where Markdown can begin only after a line break. */
export function htmlText(text: string): string {
  return oneLine(text)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/@/g, "@&#8203;")
    .replace(/:\/\//g, ":&#47;&#47;");
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
}

/** Returns a box that GitHub draws in its own colour. */
export function alert(kind: "CAUTION" | "WARNING" | "NOTE", lines: readonly string[]): string {
  return [`> [!${kind}]`, ...lines.map((line) => `> - ${line}`)].join("\n");
}

/** Returns a section that is collapsed at first. */
export function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}
