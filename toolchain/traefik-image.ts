import type { Engine } from "../engine/engine.ts";
import { ensureGoPrograms } from "./go.ts";
import { ensureGoImage, type GoImage } from "./go-image.ts";
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
export function ensureTraefikImage(engine: Engine): Promise<string> {
  return ensureGoImage(engine, IMAGE);
}

/** The folder with `traefik`; made if it is missing. */
export function ensureTraefik(): Promise<string> {
  return ensureGoPrograms(IMAGE);
}
