import { Script, type Said, type Stage } from "./script.ts";
import { objects, service } from "./services.ts";
import { forming, locking, outside, roles } from "./swarms.ts";

/** All that is asked of engines of either kind, in order. */
export async function play(stage: Stage): Promise<Record<string, Said>> {
  const script = new Script(stage);
  for (const part of [outside, forming, objects, service, roles, locking]) await part(script);
  return script.said;
}
