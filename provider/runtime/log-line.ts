import { escapeControlCharacters } from "../../core/escape-control-characters.ts";

/** Where log lines go: to the standard output of a command or a program, and from the plugin to Pulumi's engine. */
let sink = (line: string): void => console.log(line);

/** Sends all log lines of this process elsewhere. */
export function setLogSink(log: (line: string) => void): void {
  sink = log;
}

/** Logs a line for the user. Handlers must not print in another way. */
export function logLine(text: string): void {
  sink(escapeControlCharacters(text));
}
