import { join } from "node:path";
import { stackFilter } from "../commands/exec/container.ts";
import { readStackOutputs } from "../commands/status/stack.ts";
import type { Engine } from "../engine/engine.ts";
import { ROOT } from "../toolchain/cache.ts";
import { run } from "../toolchain/run.ts";
import { measureStart } from "./healthy.ts";
import { RUNS, measureSeconds, withCleanup } from "./measure.ts";
import { downWithData, up } from "./npm.ts";
import type { Measurement } from "./report.ts";

/**
 * Compares `npm run up` on a warm machine with the same steps by the docker CLI, both without data: until the store is
 * healthy, and until the command ends. The command also waits for Swarm's health check and saves the state.
 */
export async function benchUp(engine: Engine, project: string, stack: string): Promise<Measurement[]> {
  const healthy: number[] = [];
  const ended: number[] = [];
  const theirs: number[] = [];
  const down = () => downWithData(stack);
  // The first run fills caches, and determines image and endpoint.
  const { image, endpoint } = await withCleanup(async () => {
    await measureSeconds(() => up(stack));
    return { image: await getServiceImage(engine, project, stack), endpoint: await publishedEndpoint(stack) };
  }, down);
  const { port } = new URL(endpoint);
  for (let runs = 0; runs < RUNS; runs++) {
    const started = await withCleanup(() => measureStart(endpoint, () => up(stack)), down);
    healthy.push(started.healthy);
    ended.push(started.ended);
    const byDocker = () => measureSeconds(() => runDockerCli("up", { IMAGE: image, PORT: port }));
    theirs.push(await withCleanup(byDocker, () => runDockerCli("down")));
  }
  const against = { what: "the same steps by docker CLI, until healthy", seconds: theirs };
  return [
    { what: "npm run up, all downloaded, until healthy", seconds: healthy, against, aim: 1.5 },
    { what: "npm run up, all downloaded, until it ends", seconds: ended, against },
  ];
}

async function publishedEndpoint(stack: string): Promise<string> {
  const [endpoint] = Object.values((await readStackOutputs(stack)).endpoints);
  if (endpoint === undefined)
    throw new Error(`stack ${stack} publishes no endpoint: its health cannot be timed from here`);
  return endpoint;
}

/** Returns the service's image. Both use it, and neither has to pull it. */
async function getServiceImage(engine: Engine, project: string, stack: string): Promise<string> {
  const [service] = await engine.listServices(stackFilter({ project, stack }));
  if (!service) throw new Error(`stack ${stack} is up without a service`);
  return service.Spec.TaskTemplate.ContainerSpec.Image;
}

export function runDockerCli(step: "up" | "down", settings: Record<string, string> = {}): Promise<string> {
  return run("sh", [join(ROOT, "bench", "docker-cli.sh"), step], { env: { ...process.env, ...settings } });
}
