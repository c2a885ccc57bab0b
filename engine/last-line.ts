/** The last line with something in it, which is where programs say why they end; undefined when there is none. */
export function lastLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "");
}
