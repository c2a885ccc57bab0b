import { join } from "node:path";
import { stackFilter } from "../commands/exec/container.ts";
import type { Engine } from "../components/engine/engine.ts";
import { ROOT } from "../toolchain/cache.ts";
import { run } from "../toolchain/run.ts";
import { RUNS, timed, undone } from "./measure.ts";
import { downWithData, up } from "./npm.ts";
import type { Measurement } from "./report.ts";

/** `npm run up` on a warm machine against the same steps by the docker CLI, both to a healthy store and without data. */
export async function benchUp(engine: Engine, project: string, stack: string): Promise<Measurement> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const down = () => downWithData(stack);
  // The first run warms the machine up, and tells with which image.
  const image = await undone(async () => {
    await timed(() => up(stack));
    return await imageOf(engine, project, stack);
  }, down);
  for (let runs = 0; runs < RUNS; runs++) {
    ours.push(await undone(() => timed(() => up(stack)), down));
    theirs.push(
      await undone(
        () => timed(() => byHand("up", image)),
        () => byHand("down"),
      ),
    );
  }
  return {
    what: "npm run up, all downloaded",
    seconds: ours,
    against: { what: "the same steps by docker CLI", seconds: theirs },
    aim: 1.5,
  };
}

/** Both run the same image, known to the engine by name, so that neither pulls. */
async function imageOf(engine: Engine, project: string, stack: string): Promise<string> {
  const [service] = await engine.services(stackFilter({ project, stack }));
  if (!service) throw new Error(`stack ${stack} is up without a service`);
  return service.Spec.TaskTemplate.ContainerSpec.Image;
}

export function byHand(step: "up" | "down", image = ""): Promise<string> {
  return run("sh", [join(ROOT, "bench", "by-hand.sh"), step], { env: { ...process.env, IMAGE: image } });
}
