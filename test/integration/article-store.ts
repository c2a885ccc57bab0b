import { execWithInput } from "../../engine/exec.ts";
import type { LabHost } from "../../lab/lab.ts";
import { waitFor } from "./manual-changes.ts";

/** One task of the article's service: an independent store with MinIO's default credentials. */
export class ArticleStore {
  readonly #host: LabHost;
  readonly #container: string;

  private constructor(host: LabHost, container: string) {
    this.#host = host;
    this.#container = container;
  }

  /** Waits until all stores of a service answer, and returns them. */
  static async waitForAll(service: string, hosts: readonly LabHost[]): Promise<ArticleStore[]> {
    let stores: ArticleStore[] = [];
    const answer = async () => {
      // Listed again each time: a container found earlier may have ended.
      stores = await ArticleStore.#find(service, hosts);
      const answers = await Promise.all(stores.map((store) => store.#answers().catch(() => false)));
      return answers.every(Boolean);
    };
    await waitFor(answer, `the stores of ${service}`);
    return stores;
  }

  static async #find(service: string, hosts: readonly LabHost[]): Promise<ArticleStore[]> {
    const found = await Promise.all(
      hosts.map(async (host) => {
        const containers = await host.engine.listContainers({ label: [`com.docker.swarm.service.name=${service}`] });
        return containers.map(({ Id }) => new ArticleStore(host, Id));
      }),
    );
    return found.flat();
  }

  /** Puts an object, and creates its bucket. `settings` are those of `mc --attr`. */
  async put(object: string, contents: string, settings?: string): Promise<void> {
    await this.#mc(["mb", "--ignore-existing", `own/${object.split("/")[0]}`]);
    await this.#mc(["pipe", `own/${object}`], contents);
    // `mc pipe` ignores a content type and derives it from the name.
    if (settings !== undefined) await this.#mc(["cp", "--attr", settings, `own/${object}`, `own/${object}`]);
  }

  /** Runs `mc alias set` in the task's container, which connects to the store. */
  async #answers(): Promise<boolean> {
    const alias = ["alias", "set", "own", "http://127.0.0.1:9000", "minioadmin", "minioadmin"];
    return (await this.#run(alias)).exitCode === 0;
  }

  async #mc(command: string[], input = ""): Promise<void> {
    const ran = await this.#run(command, input);
    if (ran.exitCode !== 0) throw new Error(`mc ${command.join(" ")}: ${ran.stderr}${ran.stdout}`);
  }

  #run(command: string[], input = "") {
    return execWithInput(this.#host.engine, this.#container, ["mc", ...command], input, 120_000);
  }
}
