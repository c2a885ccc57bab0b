import { Recorder, type RecordedAnswer, type EnginesUnderTest } from "./script.ts";
import { objects, service } from "./services.ts";
import { forming, locking, outside, roles } from "./swarms.ts";

/** Sends all requests of the comparison to real or fake engines, in order. */
export async function play(stage: EnginesUnderTest): Promise<Record<string, RecordedAnswer>> {
  const script = new Recorder(stage);
  for (const part of [outside, forming, objects, service, roles, locking]) await part(script);
  return script.answers;
}
