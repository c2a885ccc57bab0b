import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../toolchain/run.ts";

/** What a client needs to reach a machine by ssh, on port 22. */
export interface LabSsh {
  user: string;
  /** File with the private key that every machine of the lab lets in. */
  identityFile: string;
  /** File with the host keys of all machines of the lab. */
  knownHosts: string;
  /** The machine's own host key, public, as a line of known_hosts has it after the address. */
  hostKey: string;
}

/** The user's key and the known hosts of one lab. */
export class LabKeys {
  readonly identityFile: string;
  readonly knownHosts: string;
  readonly #folder: string;

  /** @param folder where they are kept */
  constructor(folder: string) {
    this.#folder = folder;
    this.identityFile = join(folder, "id_ed25519");
    this.knownHosts = join(folder, "known_hosts");
  }

  /** File with the public key of who may come in. */
  get publicKeyFile(): string {
    return `${this.identityFile}.pub`;
  }

  async create(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    if (!existsSync(this.identityFile)) await createKey(this.identityFile, "lab");
  }

  /** Makes a machine's own key, into the file given, and makes it known. */
  async addHost(file: string, address: string): Promise<void> {
    if (existsSync(file)) return;
    await createKey(file, address);
    appendFileSync(this.knownHosts, `${address} ${readPublicKey(file)}\n`);
  }
}

/** Type and key of a key's public part, without the comment. */
export function readPublicKey(file: string): string {
  return readFileSync(`${file}.pub`, "utf8").trim().split(" ").slice(0, 2).join(" ");
}

async function createKey(file: string, comment: string): Promise<void> {
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
}
