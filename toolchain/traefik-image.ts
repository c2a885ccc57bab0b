import type { Engine } from "../engine/engine.ts";
import { ensureGoPrograms } from "./go.ts";
import { ensureGoImage, type GoImage } from "./go-image.ts";
import { TRAEFIK } from "./versions.ts";

const IMAGE: GoImage = {
  name: "traefik",
  title: "Traefik",
  version: TRAEFIK,
  programs: { traefik: { module: "traefik", package: "github.com/traefik/traefik/v3/cmd/traefik" } },
  // The path in the official image.
  folder: "usr/local/bin",
};

/**
 * Builds an image with only Traefik's program from Go modules, and loads it into the engine. For labs, and for machines
 * that reach no image registry. It does all that a gateway needs, but does not obtain certificates.
 *
 * @returns the image's name, which depends only on its contents
 */
export function ensureTraefikImage(engine: Engine): Promise<string> {
  return ensureGoImage(engine, IMAGE);
}

/** Returns the folder with `traefik`, and creates it if it is missing. */
export function ensureTraefik(): Promise<string> {
  return ensureGoPrograms(IMAGE);
}
