import type { Table } from "./results.ts";

/** A generated part of a document, between two comments with its name. */
export interface Section {
  name: string;
  content: string;
}

/** Replaces a section's content in a document. */
export function replaceSection(document: string, { name, content }: Section): string {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [at, to] = [document.indexOf(begin), document.indexOf(end)];
  if (at < 0 || to < at)
    throw new Error(`document: ${begin} and ${end} are missing, between which results are written`);
  return `${document.slice(0, at + begin.length)}\n\n${content.trim()}\n\n${document.slice(to)}`;
}

/** Formats a table in Markdown, aligned as by `npm run format`. */
export function formatTable({ head, rows }: Table): string {
  const lines = [head, ...rows].map((line) => line.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  const row = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [first = "", ...others] = lines.map(row);
  return [first, row(widths.map((width) => "-".repeat(width))), ...others].join("\n");
}
