import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../toolchain/run.ts";
import type { LabHost } from "../../lab/lab.ts";

/** A shell on a host, in a folder of its own, that keeps its variables from one command to the next. */
export class Shell {
  readonly #host: LabHost;
  readonly #folder: string;

  constructor(host: LabHost) {
    this.#host = host;
    this.#folder = mkdtempSync(join(host.folder, "shell-"));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }

  /** Runs commands and gives back what they printed, errors too. */
  async run(commands: string, { strict = false } = {}): Promise<string> {
    const kept = join(this.#folder, ".variables");
    const script = [
      "exec 2>&1",
      // The engine is the machine's own, whatever the environment of this one says.
      "export DOCKER_HOST=unix:///run/docker.sock; unset DOCKER_CONTEXT",
      `cd ${this.#folder}`,
      `[ ! -e ${kept} ] || . ${kept}`,
      "set -a",
      ...(strict ? ["set -e -o pipefail"] : []),
      commands,
      `export -p > ${kept}`,
    ];
    this.write(".script", script.join("\n"));
    return run(...this.#host.command("bash", join(this.#folder, ".script")), { timeoutMs: 240_000 });
  }
}
