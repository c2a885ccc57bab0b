import Table from "cli-table3";

/** A plain table: no colours, so that it reads the same on a terminal, in a log and in a test. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const plain = new Table({ head: [...head], style: { head: [], border: [] } });
  plain.push(...rows.map((row) => [...row]));
  return plain.toString();
}
