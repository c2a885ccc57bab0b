/** Controls (C0, DEL, C1) but for tab and line feed, and what turns the direction of text round. */
const CONTROLS = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text for a terminal or a log, in which nothing is a command: hosts, stores and programs may answer with escape
 * sequences, and GitHub takes lines that begin with `::`, and `##[` anywhere, for commands of a workflow. They are spelled
 * as in JSON, so that JSON stays what it is.
 */
export function escapeControlCharacters(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(CONTROLS, spelled)
    .replace(/^([^\S\n]*):(?=:)/gm, (_all, indent: string) => indent + spelled(":"))
    .replace(/##(?=\[)/g, `#${spelled("#")}`);
}

function spelled(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
