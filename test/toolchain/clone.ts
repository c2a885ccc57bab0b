import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";

/** Tracked files, which no command may change. */
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
 * Creates a copy of this repository with its dependencies, like a user's clone.
 *
 * @returns its folder, whose name needs quoting in a shell and in a URL; remove it with its parent folder
 */
export function makeClone(): string {
  const clone = join(mkdtempSync(join(tmpdir(), "pulumi-swarm-clone-")), "it's a clone, 100%");
  for (const name of [...TRACKED, ...SOURCES]) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
  return clone;
}
