import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";
import { markdownTable, withSection } from "./document.ts";
import { plotSvg } from "./plot.ts";
import type { HostsReport } from "./report.ts";
import { partTables, plotsOf } from "./report.ts";

const DOCS = join(ROOT, "docs");
const DOCUMENT = join(DOCS, "benchmarks.md");

/** Writes what was measured into the document, and draws its plots; what was not measured stays as it was. */
export function writeDocument(report: HostsReport): string[] {
  const measured = `Measured ${report.date} on ${report.machine}.`;
  let document = readFileSync(DOCUMENT, "utf8");
  for (const [name, table] of partTables(report)) {
    document = withSection(document, { name, content: `${markdownTable(table)}\n\n${measured}` });
  }
  writeFileSync(DOCUMENT, document);
  const plots = plotsOf(report).map(([name, plot]) => {
    const file = join(DOCS, `benchmark-${name}.svg`);
    writeFileSync(file, plotSvg(plot));
    return file;
  });
  return [DOCUMENT, ...plots];
}
