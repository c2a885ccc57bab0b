import { execFile } from "node:child_process";
import { join } from "node:path";
import { cutOff } from "./cancellation.ts";
import { dockerConfigFolder, thisMachine, type LocalEnvironment } from "./connection.ts";
import { errorMessage } from "./error-message.ts";
import { readTextIfExists } from "./tls.ts";

/** A user name and password, or a token, for an image registry. */
export interface RegistryLogin {
  username?: string;
  password?: string;
  /** Token that the registry exchanges for an access token. */
  identitytoken?: string;
  /** Access token. */
  registrytoken?: string;
}

/** A login, and where it comes from: the file, and its helper if it names one. Safe to show. */
export interface FoundLogin {
  login: RegistryLogin;
  source: string;
}

/** The part of the docker CLI's `config.json` about registries. */
interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string } & RegistryLogin>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

/** How long a credential helper may take, in milliseconds. Some ask a cloud for a token. */
const HELPER_MS = 30_000;

/** Key of Docker Hub in `config.json`, and its address in a login. */
const DOCKER_HUB = "https://index.docker.io/v1/";

/** Username with which a credential helper marks its secret as an identity token. */
const TOKEN_USER = "<token>";

/** Returns the registry of an image in Docker's form, `registry.example:5000`; undefined for an image's id. */
export function imageRegistry(image: string): string | undefined {
  if (/^sha256:/.test(image)) return undefined;
  const [first = "", ...rest] = image.split("/");
  const isRegistry = rest.length > 0 && (/[.:A-Z]/.test(first) || first === "localhost");
  return isRegistry && !/^(?:index\.)?docker\.io$/.test(first) ? first : "docker.io";
}

/** Returns a login in the form of the header `X-Registry-Auth`. */
export function encodeRegistryAuth(registry: string, login: RegistryLogin): string {
  return toHeader({ ...login, serveraddress: serverAddress(registry) });
}

/** The header `X-Registry-Auth` without a login, which removes the login of a service. */
export const ANONYMOUS_REGISTRY_AUTH = toHeader({});

/**
 * The Engine expects base64 for URLs with padding, which Node's "base64url" omits. It ignores a header in any other
 * form.
 */
function toHeader(login: object): string {
  return Buffer.from(JSON.stringify(login)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * Returns the login that the docker CLI would use for a registry: from its credential helper, its credential store or
 * its file.
 *
 * @throws Error if the file is not JSON, or the helper fails for any reason except a missing login.
 */
export async function findRegistryLogin(
  registry: string,
  machine: LocalEnvironment = thisMachine(),
): Promise<FoundLogin | undefined> {
  const file = join(dockerConfigFolder(machine), "config.json");
  const config = readDockerConfig(file);
  const helper = ownEntry(config.credHelpers, registry) ?? config.credsStore;
  if (helper) {
    const login = await askHelper(helper, serverAddress(registry), machine, file);
    if (login) return { login, source: `docker-credential-${helper}, named in ${file}` };
  }
  const login = loginOfFile(config, registry);
  return login && { login, source: file };
}

const serverAddress = (registry: string) => (registry === "docker.io" ? DOCKER_HUB : registry);

function readDockerConfig(file: string): DockerConfig {
  const text = readTextIfExists(file);
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as DockerConfig;
  } catch {
    // The parser's message would show a part of the file, which may be a password.
    throw new Error(`${file}: is not JSON: correct it, or log in again with \`docker login\``);
  }
}

/** Also finds entries of earlier releases of the CLI, which are URLs: `https://registry.example/v1/`. */
function loginOfFile({ auths = {} }: DockerConfig, registry: string): RegistryLogin | undefined {
  const address = serverAddress(registry);
  const hostOf = (key: string) => key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  const key = address in auths ? address : Object.keys(auths).find((each) => hostOf(each) === hostOf(address));
  const { auth, username, password, identitytoken, registrytoken } = auths[key ?? ""] ?? {};
  if (identitytoken) return { identitytoken };
  if (registrytoken) return { registrytoken };
  if (!auth) return username && password ? { username, password } : undefined;
  const text = Buffer.from(auth, "base64").toString();
  const colon = text.indexOf(":");
  return colon > 0 ? { username: text.slice(0, colon), password: text.slice(colon + 1) } : undefined;
}

/** Asks a credential helper. Returns undefined if it has no login for this server. */
async function askHelper(
  helper: string,
  server: string,
  { env }: LocalEnvironment,
  file: string,
): Promise<RegistryLogin | undefined> {
  const program = `docker-credential-${helper}`;
  const failed = (reason: string) => new Error(`${file}: ${program}, which it names, fails: ${reason}`);
  // As a name with a slash is a path, it would start a program outside of PATH.
  if (!/^[\w.-]+$/.test(helper)) throw failed("its name is invalid");
  const { error, stdout } = await new Promise<{ error: Error | null; stdout: string }>((resolve) => {
    const child = execFile(program, ["get"], { env, timeout: HELPER_MS, signal: cutOff() }, (error, stdout) =>
      resolve({ error, stdout }),
    );
    // Ignores a broken pipe: the helper could not be started, or did not read its input.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(server);
  });
  if (error) {
    if (/credentials not found|no credentials/i.test(stdout)) return undefined;
    const { code } = error as NodeJS.ErrnoException;
    throw failed(code === "ENOENT" ? "it is not on PATH" : stdout.trim().split("\n")[0] || errorMessage(error));
  }
  try {
    const { Username, Secret } = JSON.parse(stdout) as { Username?: string; Secret?: string };
    if (!Secret) return undefined;
    return Username === TOKEN_USER ? { identitytoken: Secret } : { username: Username, password: Secret };
  } catch {
    throw failed("its output is not JSON");
  }
}

function ownEntry<T>(record: Record<string, T> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
