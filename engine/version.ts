import { coerce, satisfies } from "semver";

/**
 * Returns whether the first version in a text is in a range of semver's syntax, such as `<20.10.24`. Accepts leading
 * zeros, as in Docker 19.03. A text without a version is in no range.
 */
export function isVersionIn(text: string, range: string): boolean {
  return satisfies(coerce(text, { loose: true }) ?? "", range);
}
