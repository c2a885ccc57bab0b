import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../toolchain/run.ts";

/** Connection parameters for a client that reaches a host by ssh, on port 22. */
export interface LabSsh {
  user: string;
  /** File with the private key that every host of the lab accepts. */
  identityFile: string;
  /** File with the host keys of all hosts of the lab. */
  knownHosts: string;
  /** The host's public key, in the format of known_hosts without the address. */
  hostKey: string;
}

/** The client key and the known hosts of one lab. */
export class LabKeys {
  readonly identityFile: string;
  readonly knownHosts: string;
  readonly #folder: string;

  /** @param folder where the files are stored */
  constructor(folder: string) {
    this.#folder = folder;
    this.identityFile = join(folder, "id_ed25519");
    this.knownHosts = join(folder, "known_hosts");
  }

  /** The file with the public key that hosts accept. */
  get publicKeyFile(): string {
    return `${this.identityFile}.pub`;
  }

  async create(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    if (!existsSync(this.identityFile)) await createKey(this.identityFile, "lab");
  }

  /** Creates a host's key in the given file, and adds it to the known hosts. */
  async addHost(file: string, address: string): Promise<void> {
    if (existsSync(file)) return;
    await createKey(file, address);
    appendFileSync(this.knownHosts, `${address} ${readPublicKey(file)}\n`);
  }
}

/** Reads type and value of a public key, without the comment. */
export function readPublicKey(file: string): string {
  return readFileSync(`${file}.pub`, "utf8").trim().split(" ").slice(0, 2).join(" ");
}

async function createKey(file: string, comment: string): Promise<void> {
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
}
