import Table from "cli-table3";
import { escapeControlCharacters } from "../../core/escape-control-characters.ts";

/** Renders a table without colours, so that it is the same on a terminal, in a log and in a test. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const plain = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  plain.push(...rows.map((row) => row.map(escapeControlCharacters)));
  return plain.toString();
}

/** Renders names with their values, one per line; a value of several lines stays in its column. */
export function renderFacts(values: Readonly<Record<string, readonly string[]>>): string {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  return Object.entries(values)
    .flatMap(([name, lines]) =>
      lines.length === 0 ? [[name, "–"]] : lines.map((line, at) => [at === 0 ? name : "", line]),
    )
    .map(([name = "", line = ""]) => `  ${name.padEnd(width)}  ${line}`)
    .join("\n");
}
