/** Quotes any text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Quotes a text only if it needs quotes, so that commands stay readable. */
export function quoteIfNeeded(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : shellQuote(text);
}

/** Adds the folders of root's programs to PATH, where ssh does not add them for other users. */
export const PATH_WITH_SBIN = 'PATH="$PATH:/usr/sbin:/sbin"';

/** Defines the shell function `section`, which prints a heading: `section hostname; uname -n`. */
export const SECTION_FUNCTION = `section() { printf '\\n== %s\\n' "$1"; }`;

/** Parses a script's output into its sections, by name and trimmed. */
export function parseSections(output: string): Map<string, string> {
  const pieces = output.split(/^== (.*)$/m).slice(1);
  return new Map(pieces.flatMap((name, at) => (at % 2 === 0 ? [[name, (pieces[at + 1] ?? "").trim()]] : [])));
}
