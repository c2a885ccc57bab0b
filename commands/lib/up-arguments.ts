/**
 * Refreshes first, with the program running. A refresh with the settings of the last run would fail after the loss of a
 * manager, and with it every preview, even that of the `up` that continues without this manager.
 */
export const REFRESH_ARGUMENTS = ["--refresh", "--run-program"] as const;

/** The options that decide how `pulumi up` is started. */
export interface UpOptions {
  /** Whether the state is still empty. */
  isEmpty: boolean;
  /** Whether there is a terminal to ask on. */
  isTerminal: boolean;
  yes: boolean;
  json: boolean;
  /** Arguments for Pulumi. They come last, so that the user's `--refresh=false` takes precedence. */
  rest: readonly string[];
}

/**
 * Returns the arguments of `pulumi up`. It always previews, even on the first run, so that errors are found before
 * anything is changed. It refreshes first, so that "unchanged" means: still there, and healthy.
 */
export function upArguments({ isEmpty, isTerminal, yes, json, rest }: UpOptions): string[] {
  const asks = isTerminal && !yes && !json && !isEmpty;
  return [
    "up",
    ...(isEmpty ? [] : REFRESH_ARGUMENTS),
    ...(asks ? [] : ["--yes"]),
    json ? "--json" : "--suppress-outputs",
    ...rest,
  ];
}
