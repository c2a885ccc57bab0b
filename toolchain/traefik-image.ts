import type { Engine } from "../engine/engine.ts";
import { obtainPrograms } from "./go.ts";
import { buildGoImage, type GoImage } from "./go-image.ts";
import { TRAEFIK } from "./versions.ts";

const IMAGE: GoImage = {
  name: "traefik",
  title: "Traefik",
  version: TRAEFIK,
  programs: { traefik: { module: "traefik", package: "github.com/traefik/traefik/v3/cmd/traefik" } },
  // Where the official image has it.
  folder: "usr/local/bin",
};

/**
 * An image of Traefik with nothing but its program, built from Go modules and loaded into the engine. For labs, and for
 * machines where no registry of images answers. It does what a gateway needs, and gets no certificates by itself.
 *
 * @returns the image's name. The same binary gives the same one, in every engine.
 */
export function buildTraefikImage(engine: Engine): Promise<string> {
  return buildGoImage(engine, IMAGE);
}

/** The folder with `traefik`; made if it is missing. */
export function obtainTraefik(): Promise<string> {
  return obtainPrograms(IMAGE);
}
