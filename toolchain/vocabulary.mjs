// Finds words that docs/style.md advises against, in comments, messages and Markdown. `npm run lint` runs it; with `--all`
// it also prints the occurrences within the limits.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/**
 * Words without another meaning here, and their alternatives. `limit` is the number of tolerated occurrences: lower it
 * whenever you remove some.
 */
const WORDS = [
  { word: /\banew\b/i, instead: "again; replace or recreate", limit: 1 },
  { word: /\bfor life\b/i, instead: "immutable, permanent", limit: 0 },
  { word: /\bwhoever\b/i, instead: "anyone who", limit: 0 },
  { word: /\bnobody\b/i, instead: "no one, or name the subject", limit: 2 },
  { word: /\bmend(s|ed|ing)?\b/i, instead: "fix", limit: 0 },
  { word: /\btak(e|es|en|ing) on\b|\btook on\b/i, instead: "adopt", limit: 0 },
  { word: /\bat work\b/i, instead: "running", limit: 0 },
  { word: /\bleft behind\b|\bleftovers?\b/i, instead: "orphaned, stale", limit: 3 },
  { word: /\b(is|are|was|were) let in\b/i, instead: "is authenticated", limit: 0 },
  { word: /\b(is|are|was|were) (told|said|seen)\b/i, instead: "an active verb", limit: 1 },
  { word: /\bthat (is|are) none\b/i, instead: "that is not a …", limit: 1 },
  { word: /(\/\/|\/\*\*) What /, instead: "a noun phrase, or a verb in the third person", limit: 3 },
];

/** The style guide quotes the words; the changelog is history. */
const EXCEPT = ["CHANGELOG.md", "docs/style.md", "toolchain/vocabulary.mjs", "test/toolchain/vocabulary.test.ts"];

/** Returns a line for each occurrence of a word in a text: `file:line: "word": write …`. */
export function findWord({ word, instead }, file, text) {
  return text.split("\n").flatMap((line, index) => {
    const [found] = word.exec(line) ?? [];
    return found === undefined ? [] : [`${file}:${index + 1}: "${found.trim()}": write ${instead}`];
  });
}

/** Returns the occurrences of words that exceed their limit, in all files that git tracks. */
export function checkVocabulary(words = WORDS) {
  const options = { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 };
  const patterns = ["*.ts", "*.js", "*.mjs", "*.md", "*.yml", "*.yaml"];
  const texts = execFileSync("git", ["ls-files", ...patterns], options)
    .split("\n")
    .filter((file) => file !== "" && !EXCEPT.includes(file))
    .map((file) => [file, readFileSync(join(ROOT, file), "utf8")]);
  return words.flatMap((entry) => {
    const found = texts.flatMap(([file, text]) => findWord(entry, file, text));
    return found.length > entry.limit ? found : [];
  });
}

if (process.argv[1] === import.meta.filename) {
  const strict = WORDS.map((entry) => ({ ...entry, limit: 0 }));
  const found = checkVocabulary(process.argv.includes("--all") ? strict : WORDS);
  for (const line of found) process.stderr.write(`${line}\n`);
  if (found.length > 0) process.exitCode = 1;
}
