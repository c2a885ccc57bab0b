import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../components/engine/engine.ts";
import { keyOf, obtain } from "./cache.ts";
import { imageId, loadImage } from "./docker-image.ts";
import { buildWords, type GoBuild, goBuild, moduleFiles } from "./go.ts";
import { TRAEFIK } from "./versions.ts";

const BUILD: GoBuild = { module: "traefik", package: "github.com/traefik/traefik/v3/cmd/traefik" };

/**
 * An image of Traefik with nothing but its program, built from Go modules and loaded into the engine. For labs, and for
 * machines where no registry of images answers. It does what a gateway needs, and gets no certificates by itself.
 *
 * @returns the image's id, `sha256:…`. The same binary gives the same id.
 */
export async function buildTraefikImage(engine: Engine): Promise<string> {
  const folder = await obtainTraefik();
  const name = `pulumi-swarm/traefik:${traefikKey()}`;
  return (await imageId(engine, name)) ?? (await loadImage(engine, contents(name, folder)));
}

/** The folder with `traefik`; made if it is missing. */
export function obtainTraefik(): Promise<string> {
  return obtain({
    name: "traefik",
    key: traefikKey(),
    make: async (folder) => {
      mkdirSync(folder, { recursive: true });
      await goBuild(BUILD, join(folder, "traefik"));
    },
  });
}

function traefikKey(): string {
  return keyOf(TRAEFIK, buildWords([BUILD]), moduleFiles("traefik"));
}

/** The program is where the official image has it. */
function contents(name: string, folder: string) {
  return {
    name,
    title: "Traefik",
    files: [
      { name: "tmp/", mode: 0o1777 },
      { name: "usr/", mode: 0o755 },
      { name: "usr/local/", mode: 0o755 },
      { name: "usr/local/bin/", mode: 0o755 },
      { name: "usr/local/bin/traefik", mode: 0o755, content: readFileSync(join(folder, "traefik")) },
    ],
    entrypoint: ["/usr/local/bin/traefik"],
    env: ["PATH=/usr/local/bin"],
    labels: {
      "org.opencontainers.image.title": "Traefik, built from Go modules by pulumi-swarm",
      "org.opencontainers.image.version": TRAEFIK,
    },
  };
}
