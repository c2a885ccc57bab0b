import { Engine } from "../../engine/engine.ts";
import { errorMessage } from "../../engine/error-message.ts";
import {
  ANONYMOUS_REGISTRY_AUTH,
  encodeRegistryAuth,
  findRegistryLogin,
  imageRegistry,
} from "../../engine/registry-login.ts";
import { EngineError } from "../../engine/transport.ts";
import { containsUnknown, deepEqual } from "../runtime/diff.ts";
import { logLine } from "../runtime/log-line.ts";
import type { ServiceInputs } from "./service-inputs.ts";

/** How long a registry may take to answer an engine, in milliseconds. */
const REGISTRY_MS = 15_000;

/** The parts of a service that decide which login pulls its image. */
type Login = Pick<ServiceInputs, "spec" | "registryCredentials">;

/** A login for the image of a service. */
interface ImageLogin {
  registry: string;
  /** In the form of the header `X-Registry-Auth`. Secret. */
  auth: string;
  /** Where the login comes from, and how to fix it. Safe to show. */
  source: string;
  fix: string;
}

/**
 * Returns the login that nodes use to pull the service's image: the given one, or else that of Docker's configuration
 * on this machine. Undefined if there is none: Swarm then keeps the service's present login.
 *
 * @param olds the service before an update. If it had a login and the new inputs give none, its login is removed.
 */
export async function registryAuth(inputs: Login, olds?: Partial<Login>): Promise<string | undefined> {
  const found = await imageLogin(inputs).catch((error: unknown) => {
    logLine(`service ${inputs.spec.Name}: its image is pulled without a login: ${errorMessage(error)}`);
    return undefined;
  });
  return found?.auth ?? (olds?.registryCredentials && ANONYMOUS_REGISTRY_AUTH);
}

/**
 * Returns why the registry rejects the login, if it does. Only checks a new image or a new login. The engine asks the
 * registry, because this machine may reach other registries than the hosts.
 */
export async function loginError(olds: Partial<Login>, news: ServiceInputs): Promise<string | undefined> {
  const image = imageOf(news);
  const isUnchanged = imageOf(olds) === image && deepEqual(olds.registryCredentials, news.registryCredentials);
  if (isUnchanged || typeof image !== "string" || containsUnknown([image, news.registryCredentials])) return undefined;
  // A failing credential helper is logged when the image is pulled.
  const login = await imageLogin(news).catch(() => undefined);
  if (!login) return undefined;
  for (const { connection } of Object.values(news.nodes)) {
    if (containsUnknown(connection)) continue;
    try {
      await new Engine(connection).inspectRemoteImage(image, { registryAuth: login.auth, timeoutMs: REGISTRY_MS });
      return undefined;
    } catch (error) {
      // Another engine may be reachable.
      if (!(error instanceof EngineError)) continue;
      if (!isRejectedLogin(error)) {
        logLine(`service ${news.spec.Name}: ${login.source}: not checked: ${error.message}`);
        return undefined;
      }
      return `service ${news.spec.Name}: ${login.source}: registry ${login.registry} rejects this login for image ${image}: ${login.fix}`;
    }
  }
  return undefined;
}

async function imageLogin({ spec, registryCredentials: given }: Login): Promise<ImageLogin | undefined> {
  const image = spec.TaskTemplate.ContainerSpec.Image;
  const registry = imageRegistry(image);
  if (registry === undefined) return undefined;
  if (given) {
    return {
      registry,
      auth: encodeRegistryAuth(registry, given),
      source: `registryCredentials.username "${given.username}"`,
      fix: "correct username and password, or give a login that may pull it",
    };
  }
  const found = await findRegistryLogin(registry);
  return (
    found && {
      registry,
      auth: encodeRegistryAuth(registry, found.login),
      source: `the login of ${found.source}`,
      fix: `log in again with \`docker login ${registry}\`, or give registryCredentials`,
    }
  );
}

/** Engines before 23 answer 500 and quote the registry. */
function isRejectedLogin({ status, message }: EngineError): boolean {
  return status === 401 || status === 403 || /\b(?:unauthorized|denied|authentication required)\b/i.test(message);
}

/** Returns the image; a sentinel or undefined while it is not known. */
function imageOf({ spec }: Partial<Login>): unknown {
  return spec?.TaskTemplate?.ContainerSpec?.Image;
}
