import { engineAddressError } from "../../engine/connection.ts";
import type { Engine } from "../../engine/engine.ts";
import { ensureEngine } from "../../toolchain/docker-engine.ts";
import { say } from "../../toolchain/progress.ts";
import { effectiveConfig, writeWorkingConfig } from "./config.ts";
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

const ENGINE_KEY = "pulumi-swarm:engine";

/** A session, and the engine or image that belongs to it. */
export interface Prepared {
  session: Session;
  /** The engine of a local stack. */
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
  const engine = kind === "local" ? await prepareEngine(state, stack, options) : undefined;
  const image = kind === "ssh" ? await prepareHostsImage(state, stack, options) : undefined;
  if (kind !== "local" && kind !== "ssh") writeWorkingConfig(state, stack, {});
  const session = await openSession(toolchain, state, stack);
  clearPendingCreates(session);
  return { session, engine, image };
}

/** Reads the engine's address from the working configuration, and writes the image that the engine has into it. */
async function prepareEngine(state: StateFolder, stack: string, options: PrepareOptions): Promise<Engine> {
  const before = lastBuiltImage(state, stack);
  writeWorkingConfig(state, stack, before === undefined ? {} : { [IMAGE_KEY]: before });
  const engine = await ensureEngine({ ...options, address: namedEngine(effectiveConfig(state, stack)) });
  const image = await localImageConfig(state, stack, engine);
  if (image[IMAGE_KEY] !== before) writeWorkingConfig(state, stack, image);
  return engine;
}

/** Returns the engine that the configuration names, if any. */
function namedEngine(config: Record<string, unknown>): string | undefined {
  const address = config[ENGINE_KEY];
  if (typeof address !== "string") return undefined;
  const problem = engineAddressError(address);
  if (problem !== undefined) throw new Error(`config ${ENGINE_KEY} "${address}": ${problem}`);
  return address;
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
