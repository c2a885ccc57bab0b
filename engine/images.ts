import { lastLine } from "./last-line.ts";
import { type Engine, registryAuthHeaders } from "./engine.ts";
import { EngineError } from "./transport.ts";

/**
 * Pulls an image and waits until the engine has it.
 *
 * @param registryAuth login at its registry, from `encodeRegistryAuth` @default - none
 */
export async function pullImage(engine: Engine, name: string, timeoutMs: number, registryAuth?: string): Promise<void> {
  const query = { fromImage: /[:@][^/]*$/.test(name) ? name : `${name}:latest` };
  const headers = registryAuthHeaders(registryAuth);
  throwOnFailure(await engine.send("POST", "/images/create", { query, headers, timeoutMs, isStream: true }));
}

/** Loads the images of an archive in the format of `docker save`. */
export async function loadImages(engine: Engine, archive: Buffer, timeoutMs = 120_000): Promise<void> {
  throwOnFailure(await engine.send("POST", "/images/load", { query: { quiet: true }, body: archive, timeoutMs }));
}

/**
 * Returns the error in the JSON lines in which the engine reports progress on an image, if there is one. The engine sends
 * status 200 before it starts, so an error is in the last line. The field `error` is deprecated in favor of `errorDetail`.
 */
export function progressFailure(progress: string): string | undefined {
  const { error, errorDetail } = JSON.parse(lastLine(progress) ?? "{}") as {
    error?: string;
    errorDetail?: { message?: string };
  };
  return errorDetail?.message ?? error;
}

function throwOnFailure(progress: Buffer): void {
  const failure = progressFailure(progress.toString());
  if (failure !== undefined) throw new EngineError(500, failure);
}
