import { Engine } from "../engine/engine.ts";
import { execArguments } from "./exec/arguments.ts";
import { execAttached } from "./exec/attach.ts";
import { findHost, findStoreContainer } from "./exec/container.ts";
import { readRecordedStack } from "./status/stack.ts";
import { main } from "./lib/main.ts";

/**
 * `npm run exec -- <host key> mc ls local/my-bucket`: runs a command in the MinIO container of a host. The alias `local`
 * has the root credentials, which MinIO's client reads from a Swarm secret in the container: they never pass through
 * an argument, the environment or a file of this command.
 */
await main(async () => {
  const { stack, host, command } = execArguments(process.argv.slice(2));
  const { values, members } = await readRecordedStack(stack);
  const engine = new Engine(findHost(host, members).connection);
  const container = findStoreContainer(await engine.listContainers(), values.serviceIds);
  if (container === undefined) throw new Error(`host "${host}": MinIO does not run there: see \`npm run status\``);
  return await execAttached(engine, container, command, process);
});
