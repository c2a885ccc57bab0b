/** The plugin that Pulumi starts: prints the port of its resource provider service, and serves until Pulumi ends. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { escapeControlCharacters } from "../../core/escape-control-characters.ts";
import { VERSION } from "../../core/version.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { handlers } from "../handlers.ts";
import { setLogSink } from "../runtime/log-line.ts";
import { EngineLog } from "./engine-log.ts";
import { exitWithPulumi } from "./exit-with-pulumi.ts";
import { resourceServer } from "./resource-server.ts";

/** The maximum size of Pulumi's own messages, in bytes. */
const MAX_MESSAGE = 400 * 1024 * 1024;

async function main(engineAddress: string | undefined): Promise<void> {
  if (engineAddress === undefined) {
    throw new Error("this program is a plugin that Pulumi starts: run `pulumi up` in a project that uses it");
  }
  exitWithPulumi();
  const log = new EngineLog(engineAddress);
  setLogSink(log.info);
  // A request that no one waits for any more may fail. That must not end the work on all other resources. Only the message
  // is printed: an error may hold a resource's properties, secrets among them.
  process.on("unhandledRejection", (error) =>
    process.stderr.write(`${escapeControlCharacters(errorMessage(error))}\n`),
  );
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
  });
  server.addService(
    providerService.ResourceProviderService,
    resourceServer(handlers, { version: VERSION, during: (urn, work) => log.during(urn, work) }),
  );
  const port = await new Promise<number>((done, fail) => {
    const listening = (error: Error | null, port: number) => (error ? fail(error) : done(port));
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), listening);
  });
  // Pulumi expects the port on the standard output, and nothing else.
  process.stdout.write(`${port}\n`);
}

main(process.argv.slice(2).find((argument) => !argument.startsWith("-"))).catch((error: Error) => {
  process.stderr.write(`pulumi-resource-swarm: ${error.message}\n`);
  process.exitCode = 1;
});
