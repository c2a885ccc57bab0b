/** One word of a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same, as it is where no shell would take it for anything else: commands stay readable. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text);
}

/** Where the programs for root are, which ssh does not look at for others. */
export const WITH_ROOT_PROGRAMS = 'PATH="$PATH:/usr/sbin:/sbin"';

/** Defines `part`, with which a script says what it prints next: `part hostname; uname -n`. */
export const PART = `part() { printf '\\n== %s\\n' "$1"; }`;

/** What such a script printed, trimmed, by the names of its parts. */
export function partsOf(printed: string): Map<string, string> {
  const pieces = printed.split(/^== (.*)$/m).slice(1);
  return new Map(pieces.flatMap((name, at) => (at % 2 === 0 ? [[name, (pieces[at + 1] ?? "").trim()]] : [])));
}
