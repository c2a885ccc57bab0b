// Finds words that docs/style.md advises against, in comments, messages and Markdown. `npm run lint` runs it; `--all` also
// reports words that still occur and are not enforced yet.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** Words that no file may contain, with what to write instead. Only words that have no other meaning here. */
const ENFORCED = [
  { word: /\bfor life\b/i, instead: "immutable, permanent" },
  { word: /\banew\b/i, instead: "again; replace or recreate" },
  { word: /\bwhoever\b/i, instead: "anyone who" },
  { word: /\bmend(s|ed|ing)?\b/i, instead: "fix" },
  { word: /\btak(e|es|en|ing) on\b|\btook on\b/i, instead: "adopt" },
  { word: /\b(was|were) seen\b/i, instead: "observed, or an active verb" },
  { word: /\bat work\b/i, instead: "running" },
  { word: /\bleft behind\b|\bleftovers?\b/i, instead: "orphaned, stale" },
  { word: /\bmakes? anew\b|\bis heard\b|\ba word of\b/i, instead: "an active verb" },
];

/** Words that still occur. */
const NOT_YET = [
  { word: /\bnobody\b/i, instead: "no one, or the subject" },
  { word: /\b(is|are|was|were) (told|said)\b/i, instead: "an active verb" },
  { word: /\bthat (is|are) none\b|\bis none\b/i, instead: "is not a …, is missing" },
  { word: /(\/\/|\*) What /, instead: "a noun phrase, or a verb in the third person" },
];

/** The style guide quotes the words; the changelog is history. */
const EXCEPT = ["CHANGELOG.md", "docs/style.md", "toolchain/vocabulary.mjs", "test/toolchain/vocabulary.test.ts"];

/** Returns a line for each occurrence in a text: `file:line: "word": instead`. */
export function findWords(file, text, words = ENFORCED) {
  return text.split("\n").flatMap((line, index) =>
    words.flatMap(({ word, instead }) => {
      const [found] = word.exec(line) ?? [];
      return found === undefined ? [] : [`${file}:${index + 1}: "${found.trim()}": write ${instead}`];
    }),
  );
}

/** Returns the occurrences in all files that git tracks. */
export function findWordsInRepository(words = ENFORCED) {
  const options = { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 };
  const files = execFileSync("git", ["ls-files", "*.ts", "*.js", "*.mjs", "*.md", "*.yml", "*.yaml"], options).split(
    "\n",
  );
  return files
    .filter((file) => file !== "" && !EXCEPT.includes(file))
    .flatMap((file) => findWords(file, readFileSync(join(ROOT, file), "utf8"), words));
}

if (process.argv[1] === import.meta.filename) {
  const found = findWordsInRepository(process.argv.includes("--all") ? [...ENFORCED, ...NOT_YET] : ENFORCED);
  for (const line of found) process.stderr.write(`${line}\n`);
  if (found.length > 0) process.exitCode = 1;
}
