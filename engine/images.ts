import { lastLine } from "./last-line.ts";
import type { Engine } from "./engine.ts";
import { EngineError } from "./transport.ts";

/** Pulls an image and ends when it is there. */
export async function pullImage(engine: Engine, name: string, timeoutMs: number): Promise<void> {
  const query = { fromImage: /[:@][^/]*$/.test(name) ? name : `${name}:latest` };
  succeeded(await engine.send("POST", "/images/create", { query, timeoutMs, isStream: true }));
}

/** Has the engine take in the images of an archive, as `docker save` writes it. */
export async function loadImages(engine: Engine, archive: Buffer, timeoutMs = 120_000): Promise<void> {
  succeeded(await engine.send("POST", "/images/load", { query: { quiet: true }, body: archive, timeoutMs }));
}

/**
 * Returns the error in the JSON lines by which the engine reports its work on an image, if there is one. The answer starts
 * with a good status before the work does, so a failure is its last line. The API announces the end of `error`.
 */
export function progressFailure(told: string): string | undefined {
  const { error, errorDetail } = JSON.parse(lastLine(told) ?? "{}") as {
    error?: string;
    errorDetail?: { message?: string };
  };
  return errorDetail?.message ?? error;
}

function succeeded(told: Buffer): void {
  const failure = progressFailure(told.toString());
  if (failure !== undefined) throw new EngineError(500, failure);
}
