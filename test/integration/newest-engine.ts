import { useNewestEngine } from "../../lab/engines.ts";
import { labUnavailableReason } from "../../lab/lab.ts";

/** Selects the engine of the tests' labs before the first one starts, because building it takes minutes. */
export default async function setup(): Promise<void> {
  if (labUnavailableReason() === undefined) process.stderr.write(`${await useNewestEngine()}\n`);
}
