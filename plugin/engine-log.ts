import { AsyncLocalStorage } from "node:async_hooks";
import { credentials } from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";

/** URN of the resource of the running handler, for the lines that the handler logs. */
const resource = new AsyncLocalStorage<string>();

/** Sends log lines to Pulumi's engine, each for the resource of the handler that logged it. */
export class EngineLog {
  readonly #client: engineService.EngineClient;
  readonly #sent = new Set<Promise<void>>();

  /** @param address host and port of the engine, which Pulumi passes to a plugin as its first argument */
  constructor(address: string) {
    this.#client = new engineService.EngineClient(address, credentials.createInsecure());
  }

  /** Runs `work` for this resource, and returns when Pulumi has received its log lines. */
  async during<T>(urn: string, work: () => Promise<T>): Promise<T> {
    try {
      return await resource.run(urn, work);
    } finally {
      await Promise.all(this.#sent);
    }
  }

  /** Shows a line next to the current resource. A line that Pulumi does not accept is lost. */
  readonly info = (line: string): void => {
    const request = new engine.LogRequest();
    request.setSeverity(engine.LogSeverity.INFO);
    request.setMessage(line);
    request.setUrn(resource.getStore() ?? "");
    const sent = new Promise<void>((done) => this.#client.log(request, () => done()));
    this.#sent.add(sent);
    void sent.then(() => this.#sent.delete(sent));
  };
}
