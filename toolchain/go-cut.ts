import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

/** A module that is built from a copy with parts left out or edited. */
export interface ModuleCut {
  module: string;
  cuts?: readonly SourceCut[];
  /** Changes to its files, by their paths in the module. */
  edits?: readonly SourceEdit[];
}

/** Replaces a text that occurs exactly once in a source file. */
export interface SourceEdit {
  /** Path of the file in the edited package or module. */
  file: string;
  from: string;
  to: string;
}

/** Removes the matches of a pattern from a file, except for some names. */
export interface SourceCut {
  /** Its path in the module. */
  file: string;
  /** A regular expression over the whole file, with one group: the name. */
  pattern: string;
  /** Names to keep. Each must be found. */
  keep: readonly string[];
}

/** The Go command and its environment. Its working folder remains that of the module that builds the copy. */
export interface CutContext {
  go: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Folder for the copy. */
  folder: string;
}

/**
 * Creates the copy, and a go.mod that replaces the module with it: Go cannot replace single files of a downloaded
 * module.
 *
 * @returns arguments of `go list` and `go build`
 */
export async function prepareCutModule(
  { module, cuts = [], edits = [] }: ModuleCut,
  { go, cwd, env, folder }: CutContext,
): Promise<string[]> {
  const { Dir } = JSON.parse(await run(go, ["mod", "download", "-json", module], { cwd, env })) as { Dir: string };
  const copy = join(folder, "module");
  cpSync(Dir, copy, { recursive: true, filter: (path) => !path.endsWith("_test.go") });
  await run("chmod", ["-R", "u+w", folder]);
  const rewrite = (name: string, change: (source: string) => string) => {
    const file = join(copy, name);
    writeFileSync(file, change(readFileSync(file, "utf8")));
  };
  for (const cut of cuts) rewrite(cut.file, (source) => cutSource(source, cut));
  for (const edit of edits) rewrite(edit.file, (source) => editSource(source, edit));
  const modules = join(folder, "go.mod");
  writeFileSync(modules, `${readFileSync(join(cwd, "go.mod"), "utf8")}\nreplace ${module} => ${copy}\n`);
  writeFileSync(join(folder, "go.sum"), readFileSync(join(cwd, "go.sum")));
  return [`-modfile=${modules}`];
}

export function cutSource(source: string, { file, pattern, keep }: SourceCut): string {
  const missing = new Set(keep);
  const cut = source.replaceAll(new RegExp(pattern, "gm"), (text: string, name: string) => {
    missing.delete(name);
    return keep.includes(name) ? text : "";
  });
  if (missing.size > 0) throw new Error(`${file}: does not contain ${[...missing].join(", ")}`);
  return cut;
}

export function editSource(source: string, { file, from, to }: SourceEdit): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`${file}: expected once, found ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}
