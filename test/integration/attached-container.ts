import { execWithInput } from "../../engine/exec.ts";
import type { Engine } from "../../engine/engine.ts";
import type { StoreAccess } from "./traffic-client.ts";

/** Hosts tell each other names, and again half a minute later to whom it was lost on the way. */
export const DNS_PROPAGATION = { timeout: 60_000, interval: 1_000 };

/** A container as of `docker run --network <name>`, with MinIO's client in it. */
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
      // The image has nothing that waits but the server, here one of its own that nobody asks.
      Cmd: ["server", "/tmp/unused"],
      Env: ["MC_CONFIG_DIR=/tmp/mc"],
      HostConfig: { NetworkMode: network, DnsOptions: ["timeout:1", "attempts:1"] },
    };
    const { Id } = await engine.request<{ Id: string }>("POST", "/containers/create", { body });
    await engine.request("POST", `/containers/${Id}/start`);
    return new AttachedContainer(engine, Id);
  }

  /** Makes the store known to the client, which tries to reach it; gives back what went wrong. */
  async setAlias({ user, password }: StoreAccess): Promise<string> {
    const alias = ["alias", "set", "store", "http://store:9000"];
    return this.mc(alias, `${user}\n${password}\n`).then(
      () => "",
      (error: unknown) => String(error),
    );
  }

  /** @throws what the client said when it fails. */
  async mc(command: string[], input = ""): Promise<string> {
    const ran = await execWithInput(this.#engine, this.#id, ["mc", ...command], input);
    if (ran.exitCode !== 0) throw new Error(`mc ${command.join(" ")}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  }

  async remove(): Promise<void> {
    await this.#engine.request("DELETE", `/containers/${this.#id}`, { query: { force: true } });
  }
}
