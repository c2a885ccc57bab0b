/** A text as code: nothing in it is markup, a mention or a link. In a table, where a bar would end the cell. */
export function code(text: string): string {
  const line = oneLine(text).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  // Without a blank the text's own backticks would belong to the fence, and nothing at all is no code.
  const pad = longest > 0 || line === "" ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Lines as a block of code. */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** A sentence whose words came from elsewhere: what would be markup, a mention or a link stays text. */
export function plainText(text: string): string {
  return oneLine(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_[\]|~#]/g, "\\$&")
    .replace(/@/g, "@&#8203;")
    .replace(/:\/\//g, ":&#47;&#47;");
}

/** The same within HTML, where only a line break would let Markdown begin. */
export function htmlText(text: string): string {
  return oneLine(text)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/@/g, "@&#8203;")
    .replace(/:\/\//g, ":&#47;&#47;");
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
}

/** A box that GitHub draws in a colour of its own. */
export function alert(kind: "CAUTION" | "WARNING" | "NOTE", lines: readonly string[]): string {
  return [`> [!${kind}]`, ...lines.map((line) => `> - ${line}`)].join("\n");
}

/** What is shown once somebody asks for it. */
export function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}
