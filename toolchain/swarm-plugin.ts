import { join } from "node:path";
import { VERSION } from "../core/version.ts";
import { ROOT } from "./cache.ts";
import type { PulumiPlugin } from "./docker-plugin.ts";

/** This repository's own plugin. It runs from the sources, so that it is never outdated. */
export function swarmPlugin(): PulumiPlugin {
  return { folder: `resource-swarm-v${VERSION}`, path: join(ROOT, "plugin") };
}
