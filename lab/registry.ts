import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Engine, registryAuthHeaders } from "../engine/engine.ts";
import { progressFailure } from "../engine/images.ts";
import { encodeRegistryAuth } from "../engine/registry-login.ts";
import { getFirstProcess, startContained } from "./process.ts";

const PORT = 5000;
const PRIVATE_PORT = 5001;
const START_MS = 20_000;
const PUSH_MS = 120_000;

/** The logins that a lab's private registry can have. The registry compares a bcrypt hash. */
export const REGISTRY_LOGINS = {
  first: { username: "deploy", password: "first-password" },
  second: { username: "deploy", password: "second-password" },
} as const;

export type RegistryLoginName = keyof typeof REGISTRY_LOGINS;

const HASHES: Record<RegistryLoginName, string> = {
  first: "$2a$04$DMZRWg4iDSQ1SKbrdyCVxOUE2eqmFpciBdyOSSDm8Uh/4dA0mXYLW",
  second: "$2a$04$RH55LzXuOlphGWIuPjkwTeS/qX5mLvnVHD.JrUjICgJOioeJuDttG",
};

/** An image registry of a lab, which its engines accept over HTTP. */
export interface LabRegistry {
  /** `host:port`, the prefix of its image names. */
  address: string;
  /**
   * Pushes an engine's image under a name such as `minio`, and returns the reference to pull:
   * `host:port/minio@sha256:…`.
   */
  push(engine: Engine, image: string, name: string): Promise<string>;
}

export interface RegistryOptions {
  /** Folder of its images and its process file. */
  folder: string;
  /** The network namespace in which it listens. */
  namespace: string;
  /** Its address there. */
  address: string;
  /** Folder of programs that are installed for labs only. */
  tools: string | undefined;
  /** The only login that it accepts, from now on. @default - it needs none */
  login?: RegistryLoginName;
}

/** Starts the registry if it does not run. */
export async function startRegistry(options: RegistryOptions): Promise<LabRegistry> {
  const { folder, namespace, tools, login } = options;
  const address = `${options.address}:${login ? PRIVATE_PORT : PORT}`;
  const users = join(folder, "htpasswd");
  mkdirSync(folder, { recursive: true });
  // The registry reads a changed file again.
  if (login) writeFileSync(users, `${REGISTRY_LOGINS[login].username}:${HASHES[login]}\n`);
  if (getFirstProcess(folder) === undefined) {
    mkdirSync(join(folder, "images"));
    const config = join(folder, "config.yml");
    writeFileSync(config, JSON.stringify(configuration(join(folder, "images"), address, login && users)));
    const log = join(folder, "registry.log");
    const child = startContained({ namespace, program: [findProgram(tools), "serve", config], folder, log });
    await waitForAnswer(`http://${address}/v2/`, child, log);
  }
  const auth = encodeRegistryAuth(address, login ? REGISTRY_LOGINS[login] : {});
  return { address, push: (engine, image, name) => push(engine, image, `${address}/${name}`, auth) };
}

/** Returns the configuration; JSON is valid YAML. */
function configuration(rootdirectory: string, addr: string, users: string | undefined): object {
  const auth = users === undefined ? {} : { auth: { htpasswd: { realm: "lab", path: users } } };
  return { version: 0.1, storage: { filesystem: { rootdirectory } }, http: { addr }, ...auth };
}

function findProgram(tools: string | undefined): string {
  const path = "/usr/bin/docker-registry";
  const found = [...(tools === undefined ? [] : [join(tools, path)]), path].find((file) => existsSync(file));
  if (!found) throw new Error(`lab: a registry needs ${path} (Debian package docker-registry), not found`);
  return found;
}

async function waitForAnswer(url: string, child: ChildProcess, log: string): Promise<void> {
  for (const end = Date.now() + START_MS; ; await pause(50)) {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (response?.ok || response?.status === 401) return;
    if (child.exitCode === null && Date.now() < end) continue;
    throw new Error(`lab: the registry does not start\n${readFileSync(log, "utf8").trimEnd()}`);
  }
}

async function push(engine: Engine, image: string, name: string, auth: string): Promise<string> {
  await engine.request("POST", `/images/${image}/tag`, { query: { repo: name, tag: "latest" } });
  const request = { query: { tag: "latest" }, headers: registryAuthHeaders(auth), timeoutMs: PUSH_MS };
  const output = (await engine.send("POST", `/images/${name}/push`, request)).toString();
  const digest = parsePushedDigest(output);
  if (!digest) throw new Error(`lab: ${image} cannot be pushed: ${progressFailure(output) ?? output}`);
  return `${name}@${digest}`;
}

/** Reads the digest of a pushed image from Docker's output. The containerd image store prints it only in the status. */
export function parsePushedDigest(output: string): string | undefined {
  const lines = output.trim().split("\n");
  const answers = lines.map((line) => JSON.parse(line) as { status?: string; aux?: { Digest?: string } });
  return answers
    .map(({ aux, status }) => aux?.Digest ?? /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(status ?? "")?.[1])
    .find((digest) => digest !== undefined);
}
