import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../toolchain/run.ts";
import type { LabHost } from "../../lab/lab.ts";
import { withoutProxies } from "../../lab/process.ts";

/** A shell on a host, in its own folder, that keeps its variables between commands. */
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

  /** Runs commands and returns their output, including standard error. */
  async run(commands: string, { strict = false } = {}): Promise<string> {
    const variablesFile = join(this.#folder, ".variables");
    const script = [
      "exec 2>&1",
      // Use the host's engine, whatever this process's environment says.
      "export DOCKER_HOST=unix:///run/docker.sock; unset DOCKER_CONTEXT",
      `cd ${this.#folder}`,
      `[ ! -e ${variablesFile} ] || . ${variablesFile}`,
      "set -a",
      ...(strict ? ["set -e -o pipefail"] : []),
      commands,
      `export -p > ${variablesFile}`,
    ];
    this.write(".script", script.join("\n"));
    const options = { timeoutMs: 240_000, env: withoutProxies() };
    return run(...this.#host.command("bash", join(this.#folder, ".script")), options);
  }
}
