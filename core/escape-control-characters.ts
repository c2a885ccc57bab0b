/** Control characters (C0, DEL, C1) except tab and line feed, and characters that change the direction of text. */
const CONTROLS = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Returns a text from a host, store or program in a form that is safe for a terminal or a log. Escapes terminal
 * sequences and GitHub's workflow commands (lines that begin with `::`, and `##[` anywhere). Uses JSON's escapes, so
 * that JSON stays valid.
 */
export function escapeControlCharacters(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(CONTROLS, escapeCharacter)
    .replace(/^([^\S\n]*):(?=:)/gm, (_all, indent: string) => indent + escapeCharacter(":"))
    .replace(/##(?=\[)/g, `#${escapeCharacter("#")}`);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
