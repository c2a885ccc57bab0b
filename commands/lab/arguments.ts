/** Parses an option with a whole number, within its limits. */
export function parseCount(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`${option} "${text}": must be a whole number from ${least} to ${most}`);
}

/** Parses the number of a host from `2` or `node2`. */
export function parseHostNumber(text = ""): number {
  const [, number] = /^(?:node)?(\d+)$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`host "${text}": must be a host's number or name, such as 2 or node2`);
  return Number(number);
}

/** Parses groups of hosts: `["1", "2,3"]` is `[[1], [2, 3]]`. */
export function parseGroups(args: readonly string[]): number[][] {
  if (args.length < 2) throw new Error("partition takes two groups of hosts or more, such as `partition 1 2,3`");
  return args.map((group) => group.split(",").map(parseHostNumber));
}
