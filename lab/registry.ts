import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Engine } from "../engine/engine.ts";
import { progressFailure } from "../engine/images.ts";
import { getFirstProcess, startContained } from "./process.ts";

const PORT = 5000;
const START_MS = 20_000;
const PUSH_MS = 120_000;

/** The registry of images of a lab, which its engines trust. Plain HTTP, no login. */
export interface LabRegistry {
  /** `host:port`, as the names of its images begin. */
  address: string;
  /**
   * Pushes an image that an engine has, under a name such as `minio`, and gives back what it is pulled by:
   * `host:port/minio@sha256:…`.
   */
  push(engine: Engine, image: string, name: string): Promise<string>;
}

export interface RegistryOptions {
  /** Where it keeps the images, and the mark of its process. */
  folder: string;
  /** The network namespace that it listens in. */
  namespace: string;
  /** Its address there. */
  address: string;
  /** What is installed for labs and not on this machine. */
  tools: string | undefined;
}

/** Starts the registry, unless it runs. */
export async function startRegistry({ folder, namespace, address, tools }: RegistryOptions): Promise<LabRegistry> {
  if (getFirstProcess(folder) === undefined) {
    mkdirSync(join(folder, "images"), { recursive: true });
    const config = join(folder, "config.yml");
    writeFileSync(config, JSON.stringify(configuration(join(folder, "images"))));
    const log = join(folder, "registry.log");
    const child = startContained({ namespace, program: [findProgram(tools), "serve", config], folder, log });
    await waitForAnswer(`http://${address}:${PORT}/v2/`, child, log);
  }
  return {
    address: `${address}:${PORT}`,
    push: (engine, image, name) => push(engine, image, `${address}:${PORT}/${name}`),
  };
}

/** JSON is YAML too. */
function configuration(rootdirectory: string): object {
  return { version: 0.1, storage: { filesystem: { rootdirectory } }, http: { addr: `:${PORT}` } };
}

function findProgram(tools: string | undefined): string {
  const path = "/usr/bin/docker-registry";
  const found = [...(tools === undefined ? [] : [join(tools, path)]), path].find((file) => existsSync(file));
  if (!found) throw new Error(`lab: a registry needs ${path} (Debian package docker-registry), not found`);
  return found;
}

async function waitForAnswer(url: string, child: ChildProcess, log: string): Promise<void> {
  for (const end = Date.now() + START_MS; ; await pause(50)) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer?.ok) return;
    if (child.exitCode === null && Date.now() < end) continue;
    throw new Error(`lab: the registry does not start\n${readFileSync(log, "utf8").trimEnd()}`);
  }
}

async function push(engine: Engine, image: string, name: string): Promise<string> {
  await engine.request("POST", `/images/${image}/tag`, { query: { repo: name, tag: "latest" } });
  const headers = { "x-registry-auth": Buffer.from("{}").toString("base64") };
  const request = { query: { tag: "latest" }, headers, timeoutMs: PUSH_MS };
  const told = (await engine.send("POST", `/images/${name}/push`, request)).toString();
  const digest = parsePushedDigest(told);
  if (!digest) throw new Error(`lab: ${image} cannot be pushed: ${progressFailure(told) ?? told}`);
  return `${name}@${digest}`;
}

/** The digest by which an image that was pushed is pulled: the containerd image store tells it in the status alone. */
export function parsePushedDigest(told: string): string | undefined {
  const lines = told.trim().split("\n");
  const answers = lines.map((line) => JSON.parse(line) as { status?: string; aux?: { Digest?: string } });
  return answers
    .map(({ aux, status }) => aux?.Digest ?? /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(status ?? "")?.[1])
    .find((digest) => digest !== undefined);
}
