import type { Engine } from "../../engine/engine.ts";
import { ensureEngine } from "../../toolchain/docker-engine.ts";
import { say } from "../../toolchain/progress.ts";
import { writeWorkingConfig } from "./config.ts";
import type { DistributedImage } from "./distribute-image.ts";
import { clearPendingCreates } from "./pending.ts";
import { ensureToolchain, openSession, type Session } from "./pulumi.ts";
import { openState, type StateFolder } from "./state.ts";
import {
  IMAGE_KEY,
  lastBuiltImage,
  ensureHostsImage,
  stackKind,
  localImageConfig,
  describeImageChange,
} from "./store-image.ts";

/** A session, and the engine or image that belongs to it. */
export interface Prepared {
  session: Session;
  /** This machine's engine, for a local stack. */
  engine?: Engine;
  /** The image that is sent to the stack's hosts, if they cannot pull one. */
  image?: DistributedImage;
}

export interface PrepareOptions {
  /** Asks nothing. */
  yes?: boolean;
  /** Changes nothing on the stack's hosts. */
  isPreview?: boolean;
}

/**
 * Prepares everything that Pulumi needs for a stack: CLI, language host, plugins, a Docker Engine, the image, the
 * working configuration and the stack itself.
 */
export async function prepare(stack: string, options: PrepareOptions = {}): Promise<Prepared> {
  const state = openState();
  const kind = stackKind(state, stack);
  const toolchain = await ensureToolchain(kind);
  const engine = kind === "local" ? await ensureEngine(options) : undefined;
  const image = kind === "ssh" ? await prepareHostsImage(state, stack, options) : undefined;
  if (kind !== "ssh") writeWorkingConfig(state, stack, engine ? await localImageConfig(state, stack, engine) : {});
  const session = await openSession(toolchain, state, stack);
  clearPendingCreates(session);
  return { session, engine, image };
}

/** Reads the hosts from the working configuration, and writes the image that they get to it. */
async function prepareHostsImage(state: StateFolder, stack: string, { isPreview = false }: PrepareOptions) {
  const write = (name: string | undefined) =>
    writeWorkingConfig(state, stack, name === undefined ? {} : { [IMAGE_KEY]: name });
  const before = lastBuiltImage(state, stack);
  write(before);
  const image = await ensureHostsImage(state, stack, !isPreview);
  const now = image?.built.name;
  if (now === before) return image;
  if (before !== undefined && now !== undefined) say(describeImageChange(now, before));
  write(now);
  return image;
}
