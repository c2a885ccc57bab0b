import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";
import { formatTable, replaceSection } from "./document.ts";
import { plotSvg } from "./plot.ts";
import { type HostsReport, machineLine, partTables, plotsOf } from "./report.ts";

const DOCS = join(ROOT, "docs");
const DOCUMENT = "benchmarks.md";

/** Updates the measured sections of the document and their plots. Returns the paths of the files written. */
export function writeDocument(report: HostsReport): string[] {
  const measured = `Measured ${report.date} on ${machineLine(report)}.`;
  const plots = new Map(plotsOf(report));
  const written: string[] = [];
  const write = (file: string, text: string) => {
    writeFileSync(join(DOCS, file), text);
    written.push(`docs/${file}`);
  };
  let document = readFileSync(join(DOCS, DOCUMENT), "utf8");
  for (const [name, table] of partTables(report)) {
    const plot = plots.get(name);
    const file = `benchmark-${name}.svg`;
    if (plot) write(file, plotSvg(plot));
    const picture = plot ? [`![${plot.title}: ${plot.y} over ${plot.x}](${file})`] : [];
    const content = [formatTable(table), ...picture, measured].join("\n\n");
    document = replaceSection(document, { name, content });
  }
  write(DOCUMENT, document);
  return written;
}
