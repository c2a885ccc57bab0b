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

/** A session, and what else the stack's environment has. */
export interface Prepared {
  session: Session;
  /** This machine's engine, where the stack lives on it. */
  engine?: Engine;
  /** The image that the stack's hosts are given, where they cannot pull one. */
  image?: DistributedImage;
}

export interface PrepareOptions {
  /** Asks nothing. */
  yes?: boolean;
  /** Only looks at the stack's hosts, and gives them nothing. */
  isPreview?: boolean;
}

/**
 * All that must be there before Pulumi can run on a stack: CLI, language host, plugins, a Docker Engine, the image, the
 * working configuration and the stack itself. What is there is not looked at twice.
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

/** Which hosts there are is in the working configuration, and which image they have is to come into it. */
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
