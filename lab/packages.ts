import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { APT_GET } from "../provider/hosts/engine-package.ts";
import { progress } from "../toolchain/progress.ts";
import { run } from "../toolchain/run.ts";

export function isOnPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** Lists the Debian packages of those programs that are not on PATH. */
export function listMissingPackages(programs: Readonly<Record<string, string>>): string[] {
  return Object.entries(programs).flatMap(([program, name]) => (isOnPath(program) ? [] : [name]));
}

/** Installs the packages of missing programs. */
export async function installMissing(programs: Readonly<Record<string, string>>): Promise<void> {
  const missing = listMissingPackages(programs);
  if (missing.length === 0) return;
  await progress(`installing ${missing.join(" ")} with apt-get`, async (report) => {
    const [program = "", ...options] = APT_GET;
    await run(program, [...options, "install", "-y", "--no-install-recommends", ...missing], {
      onLine: (line) => report(line.slice(0, 60)),
    });
  });
}
