export interface CommandHelp {
  /** What the user types: `npm run status`. */
  run: string;
  summary: string;
  /** The arguments after `--`. */
  usage: string;
  /** Lines before the options. */
  details?: readonly string[];
  /** `-s, --stack <name>`, and what it means. An option with a value has a name in angle brackets. */
  options: readonly (readonly [option: string, text: string])[];
  /** The program that gets all arguments that are not the command's own. */
  forwardsTo?: string;
  /** The arguments besides options, all of them required. @default - any number, which the command itself checks */
  positionals?: readonly string[];
  example: string;
}
export type CommandName =
  | "backup"
  | "bench"
  | "bench-hosts"
  | "checksums"
  | "docs-settings"
  | "down"
  | "env"
  | "exec"
  | "lab"
  | "preview"
  | "preview-pr"
  | "recover"
  | "restore"
  | "schema"
  | "stacks"
  | "status"
  | "test"
  | "test-engines"
  | "up"
  | "upgrade"
  | "verify";
export const COMMANDS: Readonly<Record<CommandName, CommandHelp>>;
export function formatHelp(name: CommandName): string;
export function asksForHelp(name: CommandName, args: readonly string[]): boolean;
export function indexOfHost(args: readonly string[]): number;
