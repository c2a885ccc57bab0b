import { escapeControlCharacters } from "../../core/escape-control-characters.ts";

/** Tells the user of Pulumi something, beside the resource. All that handlers say goes through here. */
export function logLine(text: string): void {
  console.log(escapeControlCharacters(text));
}
