import { execWithInput } from "../../engine/exec.ts";
import type { Engine } from "../../engine/engine.ts";
import type { StoreAccess } from "./traffic-client.ts";

/** Poll options for names to reach all hosts: Docker's gossip repeats a lost message after half a minute. */
export const DNS_PROPAGATION = { timeout: 60_000, interval: 1_000 };

/** A container attached to a network, as by `docker run --network <name>`, with MinIO's client. */
export class AttachedContainer {
  readonly #engine: Engine;
  readonly #id: string;

  private constructor(engine: Engine, id: string) {
    this.#engine = engine;
    this.#id = id;
  }

  static async start(engine: Engine, image: string, network: string): Promise<AttachedContainer> {
    const body = {
      Image: image,
      // The image's only long-running program is the server; this one is not used.
      Cmd: ["server", "/tmp/unused"],
      Env: ["MC_CONFIG_DIR=/tmp/mc"],
      HostConfig: { NetworkMode: network, DnsOptions: ["timeout:1", "attempts:1"] },
    };
    const { Id } = await engine.request<{ Id: string }>("POST", "/containers/create", { body });
    await engine.request("POST", `/containers/${Id}/start`);
    return new AttachedContainer(engine, Id);
  }

  /** Runs `mc alias set`, which connects to the store. Returns the error message, empty if it succeeded. */
  async setAlias({ user, password }: StoreAccess): Promise<string> {
    const alias = ["alias", "set", "store", "http://store:9000"];
    return this.mc(alias, `${user}\n${password}\n`).then(
      () => "",
      (error: unknown) => String(error),
    );
  }

  /** @throws an error with the client's output if it fails. */
  async mc(command: string[], input = ""): Promise<string> {
    const ran = await execWithInput(this.#engine, this.#id, ["mc", ...command], input);
    if (ran.exitCode !== 0) throw new Error(`mc ${command.join(" ")}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  }

  async remove(): Promise<void> {
    await this.#engine.request("DELETE", `/containers/${this.#id}`, { query: { force: true } });
  }
}
