/**
 * Has Pulumi look at what is there first. It does so as the program runs: with the settings of the last run alone, a
 * manager that is gone would end every preview, and with it the `up` that goes on without that manager.
 */
export const REFRESH_ARGUMENTS = ["--refresh", "--run-program"] as const;

/** What decides how `pulumi up` is started. */
export interface UpOptions {
  /** Whether the state holds nothing yet. */
  isEmpty: boolean;
  /** Whether somebody can be asked. */
  isTerminal: boolean;
  yes: boolean;
  json: boolean;
  /** Arguments for Pulumi. They come last, so that the user's own `--refresh=false` wins. */
  rest: readonly string[];
}

/**
 * The arguments of `pulumi up`. It always previews: what is refused is found there, before anything is touched, also on
 * the first run. What is there is looked at first, so that "unchanged" means that it is still there and works.
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
