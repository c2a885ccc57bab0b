import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { encodeRegistryAuth, findRegistryLogin, imageRegistry } from "../../engine/registry-login.ts";
import { DEFAULT_MINIO_IMAGE } from "../../core/default-images.ts";
import { isUnpullable } from "../../core/image-name.ts";
import { readIfExists } from "../../toolchain/cache.ts";
import { ensureMinioImage } from "../../toolchain/minio-image.ts";
import { progress, say } from "../../toolchain/progress.ts";
import { SOURCE_VARIABLE } from "../../toolchain/source.ts";
import { effectiveConfig, readStackFile, type StackConfig, workingConfig } from "./config.ts";
import { type DistributedImage, distributeImage } from "./distribute-image.ts";
import { stackHosts } from "./stack-hosts.ts";
import type { StateFolder } from "./state.ts";

export const IMAGE_KEY = "pulumi-swarm:image";
const STACK_KEY = "pulumi-swarm:stack";
/** How long the engine may take to find out whether a registry has the image, in milliseconds. */
const REGISTRY_MS = 15_000;

/** Returns the stack's kind: `pulumi-swarm:stack`. */
export function stackKind(state: StateFolder, stack: string): unknown {
  const project = parse(readFileSync(join(state.project, "Pulumi.yaml"), "utf8")) as StackConfig;
  return readStackFile(state, stack).config?.[STACK_KEY] ?? project.config?.[STACK_KEY] ?? "local";
}

/**
 * Returns configuration for this machine only: nothing if the engine has the stack's image or can pull it, else the
 * image that is built here, which no engine can pull.
 */
export async function localImageConfig(
  state: StateFolder,
  stack: string,
  engine: Engine,
): Promise<Record<string, unknown>> {
  if (readStackFile(state, stack).config?.[IMAGE_KEY] !== undefined) return {};
  const before = lastBuiltImage(state, stack);
  if (before && (await engine.hasImage(before))) return { [IMAGE_KEY]: before };
  if (await canPull(engine, DEFAULT_MINIO_IMAGE)) return {};
  const image = await ensureMinioImage(engine);
  if (before !== undefined && before !== image) say(describeImageChange(image, before));
  return { [IMAGE_KEY]: image };
}

/** Describes the effect of another image on a running stack. */
export function describeImageChange(image: string, before: string): string {
  return `image: ${image} replaces ${before}: \`npm run up\` restarts all members of the store with it at once`;
}

/**
 * Builds and distributes the image of a stack on hosts that cannot pull the default one. Returns undefined if the config
 * or the user sets an image.
 */
export async function ensureHostsImage(
  state: StateFolder,
  stack: string,
  transfers: boolean,
): Promise<DistributedImage | undefined> {
  const before = lastBuiltImage(state, stack);
  const config = effectiveConfig(state, stack);
  const hosts = stackHosts([], config, false);
  const isTracked = readStackFile(state, stack).config?.[IMAGE_KEY] !== undefined;
  const isNamed = isTracked || (config[IMAGE_KEY] !== undefined && config[IMAGE_KEY] !== before);
  if (isNamed || hosts.length === 0) return undefined;
  const canPullIt = (engine: Engine) => canPull(engine, DEFAULT_MINIO_IMAGE);
  return distributeImage(hosts, { wasDistributed: before !== undefined, transfers, canPull: canPullIt });
}

/** Returns the image that an earlier run built for this stack. */
export function lastBuiltImage(state: StateFolder, stack: string): string | undefined {
  const { config } = (parse(readIfExists(workingConfig(state, stack).basePath) ?? "") ?? {}) as StackConfig;
  const image = config?.[IMAGE_KEY];
  return typeof image === "string" && isUnpullable(image) ? image : undefined;
}

/** Returns the login of Docker's configuration for an image. */
async function configuredAuth(image: string): Promise<string | undefined> {
  const registry = imageRegistry(image);
  if (registry === undefined) return undefined;
  try {
    const found = await findRegistryLogin(registry);
    return found && encodeRegistryAuth(registry, found.login);
  } catch (error) {
    say(`image: its registry is checked without a login: ${errorMessage(error)}`);
    return undefined;
  }
}

/** Returns whether the engine can pull an image. The engine itself asks the registry, with its own mirrors and proxies. */
export async function canPull(engine: Engine, image: string): Promise<boolean> {
  const forced = process.env[SOURCE_VARIABLE];
  if (forced === "registries") return false;
  if (forced === "public" || (await engine.hasImage(image))) return true;
  return await progress("checking the image's registry", async () => {
    try {
      const known = await undefinedIfNotFound(
        engine.inspectRemoteImage(image, { registryAuth: await configuredAuth(image), timeoutMs: REGISTRY_MS }),
      );
      if (known !== undefined) return true;
      say(`image: its registry does not have ${image}; using MinIO built from Go modules instead`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      say(
        `image: its registry does not answer the engine (${error.message}); using MinIO built from Go modules instead`,
      );
    }
    return false;
  });
}
