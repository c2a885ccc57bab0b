import { join } from "node:path";
import { VERSION } from "../core/version.ts";
import { ROOT } from "./cache.ts";
import type { PulumiPlugin } from "./docker-plugin.ts";

/** This repository's own plugin: it runs the sources, so that no old build is ever at work. */
export function swarmPlugin(): PulumiPlugin {
  return { folder: `resource-swarm-v${VERSION}`, path: join(ROOT, "plugin") };
}
