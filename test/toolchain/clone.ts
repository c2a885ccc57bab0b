import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";

/** Files that git keeps and no command may change. */
export const TRACKED = ["Pulumi.yaml", "Pulumi.dev.yaml", "package.json", "package-lock.json", ".npmrc"];

const SOURCES = [
  "commands",
  "components",
  "core",
  "engine",
  "lab",
  "provider",
  "toolchain",
  "stacks",
  "plugin",
  "policy",
];

/**
 * A copy of this repository with its dependencies, as a clone in which somebody works.
 *
 * @returns its folder, whose name a shell and a URL must both survive; to be removed with the folder that it is in
 */
export function makeClone(): string {
  const clone = join(mkdtempSync(join(tmpdir(), "pulumi-swarm-clone-")), "it's a clone, 100%");
  for (const name of [...TRACKED, ...SOURCES]) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
  return clone;
}
