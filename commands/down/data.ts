import { Engine } from "../../components/engine/engine.ts";
import { EngineError } from "../../components/engine/transport.ts";
import { errorText } from "../../components/shared/error-text.ts";
import { stackFilter } from "../exec/container.ts";
import type { StackHost } from "../support/stack-hosts.ts";

/** Time for the store's containers to let go of their volumes. */
const IN_USE_MS = 30_000;
/** How long an engine may take to answer at all, in milliseconds. */
const PATIENCE_MS = 10_000;

/** A data volume and the host that it is on. */
export interface DataVolume {
  host: StackHost;
  name: string;
}

export interface DataFound {
  /** By host, then by name. */
  volumes: DataVolume[];
  /** Hosts that could not be asked, with the reason. */
  silent: { key: string; why: string }[];
}

/** The data volumes of a stack on all of its hosts; they outlive it. */
export async function findData(hosts: readonly StackHost[], project: string, stack: string): Promise<DataFound> {
  const silent: DataFound["silent"] = [];
  const asked = hosts.map(async (host) => {
    const engine = new Engine(host.connection);
    try {
      await engine.ping(PATIENCE_MS);
      const names = (await engine.volumes(stackFilter({ project, stack }))).map(({ Name }) => Name);
      return names.toSorted().map((name) => ({ host, name }));
    } catch (error) {
      silent.push({ key: host.key, why: errorText(error) });
      return [];
    }
  });
  return { volumes: (await Promise.all(asked)).flat(), silent };
}

/** Removes volumes, with all that is in them. */
export async function removeData(volumes: readonly DataVolume[]): Promise<void> {
  for (const { host, name } of volumes) await removeVolume(new Engine(host.connection), name);
}

/** A container that has just ended still holds its volume for a moment. */
async function removeVolume(engine: Engine, name: string): Promise<void> {
  for (const end = Date.now() + IN_USE_MS; ; await new Promise((done) => setTimeout(done, 500))) {
    try {
      return await engine.removeVolume(name);
    } catch (error) {
      if (!(error instanceof EngineError && error.status === 409) || Date.now() > end) throw error;
    }
  }
}
