/** The plugin that Pulumi starts: prints the port of its resource provider service, and serves until Pulumi ends. */
import { flushCompileCache } from "node:module";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { VERSION } from "../core/version.ts";
import { handlers } from "../provider/handlers.ts";
import { resourceServer } from "../provider/rpc/resource-server.ts";
import { setLogSink } from "../provider/runtime/log-line.ts";
import { componentServer } from "./component-server.ts";
import { EngineLog } from "./engine-log.ts";
import { exitWithPulumi } from "./exit-with-pulumi.ts";
import { handleUncaughtErrors } from "./uncaught-errors.ts";

/** The maximum size of Pulumi's own messages, in bytes. */
const MAX_MESSAGE = 400 * 1024 * 1024;

async function main(engineAddress: string | undefined): Promise<void> {
  if (engineAddress === undefined) {
    throw new Error("this program is a plugin that Pulumi starts: run `pulumi up` in a project that uses it");
  }
  exitWithPulumi();
  // With a lowercase `https_proxy`, gRPC for Node would use it even for its connection to Pulumi on this machine.
  process.env["no_grpc_proxy"] = "127.0.0.1,localhost";
  const log = new EngineLog(engineAddress);
  setLogSink(log.info);
  handleUncaughtErrors();
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
  });
  server.addService(providerService.ResourceProviderService, {
    ...resourceServer(handlers, { version: VERSION, during: (urn, work) => log.during(urn, work) }),
    ...componentServer(engineAddress),
  });
  const port = await new Promise<number>((done, fail) => {
    const listening = (error: Error | null, port: number) => (error ? fail(error) : done(port));
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), listening);
  });
  // Pulumi expects the port on the standard output, and nothing else.
  process.stdout.write(`${port}\n`);
  flushCompileCache();
}

main(process.argv.slice(2).find((argument) => !argument.startsWith("-"))).catch((error: Error) => {
  process.stderr.write(`pulumi-resource-swarm: ${error.message}\n`);
  process.exitCode = 1;
});
