import { resolveLocalEngine } from "../components/engine/connection.ts";
import { Engine } from "../components/engine/engine.ts";
import { execArguments } from "./exec/arguments.ts";
import { execAttached } from "./exec/attach.ts";
import { nodeOf, stackTasks, storeContainer } from "./exec/container.ts";
import { readStack } from "./status/stack.ts";
import { main } from "./support/main.ts";

/**
 * `npm run exec -- <host key> mc ls local/my-bucket`: a command in the MinIO container of a host. The alias `local`
 * carries the root credentials: the container's own environment names a Swarm secret in which MinIO's client finds
 * them, so that they pass through no argument, environment or file of this command.
 */
await main(async () => {
  const { stack, host, command } = execArguments(process.argv.slice(2));
  const values = await readStack(stack);
  const nodeId = nodeOf(host, values.nodes);
  const engine = new Engine(resolveLocalEngine());
  const { NodeID } = (await engine.info()).Swarm;
  if (NodeID !== nodeId) {
    throw new Error(
      `host "${host}": is not the machine of ${engine.connection.host}; point DOCKER_HOST or DOCKER_CONTEXT to its engine`,
    );
  }
  const container = storeContainer(await stackTasks(engine, values), nodeId);
  if (container === undefined) throw new Error(`host "${host}": MinIO does not run there; see \`npm run status\``);
  return await execAttached(engine, container, command, process);
});
