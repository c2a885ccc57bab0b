/** One word of a POSIX shell, whatever is in it. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same, as it is where no shell would take it for anything else: commands stay readable. */
export function quoteIfNeeded(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : shellQuote(text);
}

/** Where the programs for root are, which ssh does not look at for others. */
export const PATH_WITH_SBIN = 'PATH="$PATH:/usr/sbin:/sbin"';

/** Defines `section`, with which a script says what it prints next: `section hostname; uname -n`. */
export const SECTION_FUNCTION = `section() { printf '\\n== %s\\n' "$1"; }`;

/** What such a script printed, trimmed, by the names of its parts. */
export function parseSections(printed: string): Map<string, string> {
  const pieces = printed.split(/^== (.*)$/m).slice(1);
  return new Map(pieces.flatMap((name, at) => (at % 2 === 0 ? [[name, (pieces[at + 1] ?? "").trim()]] : [])));
}
