import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync, readdirSync, readlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { DOCKER_NO_PROXY } from "../../core/docker-no-proxy.ts";
import { ensureAwsPlugin } from "../../toolchain/aws-plugin.ts";
import { cacheRoot, readIfExists } from "../../toolchain/cache.ts";
import { ensureDockerPlugin, type PulumiPlugin } from "../../toolchain/docker-plugin.ts";
import { swarmPlugin } from "../../toolchain/swarm-plugin.ts";
import { ensureKubernetesPlugin } from "../../toolchain/kubernetes-plugin.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { run, runAttached } from "../../toolchain/run.ts";
import { withTemporaryFolder } from "../../toolchain/temporary-files.ts";
import { saveSalt, type StackConfig, workingConfig } from "./config.ts";
import { clearStaleLocks } from "./locks.ts";
import { recordRun } from "./runs.ts";
import { type StateFolder, stackFile } from "./state.ts";

/** The Pulumi CLI with its language host, and the plugins it needs. */
export interface Toolchain {
  /** Folder with `pulumi` and the language host. */
  bin: string;
  plugins: PulumiPlugin[];
}

/**
 * Returns everything that Pulumi needs, from the cache; downloads or builds what is missing.
 *
 * @param kind the stack's kind: some need more plugins than others
 */
export async function ensureToolchain(kind?: unknown): Promise<Toolchain> {
  const bin = await ensurePulumi();
  const pulumiBin = () => Promise.resolve(bin);
  const plugins = [swarmPlugin(), await ensureDockerPlugin(pulumiBin)];
  if (kind === "aws") plugins.push(await ensureAwsPlugin(pulumiBin));
  if (kind === "kubernetes") plugins.push(await ensureKubernetesPlugin(pulumiBin));
  return { bin, plugins };
}

/** Returns the environment variables that let any `pulumi` work on this state. */
export function pulumiVariables(state: StateFolder, stack: string): Record<string, string> {
  return {
    ...commonVariables(state, stack),
    // As a URL: a folder's name may contain special characters.
    PULUMI_BACKEND_URL: backendUrl(state),
    PULUMI_CONFIG_PASSPHRASE_FILE: state.passphraseFile,
    // Pulumi reads the flag --config-file of every subcommand from here.
    PULUMI_OPTION_CONFIG_FILE: workingConfig(state, stack).path,
  };
}

/** Returns the variables that do not depend on the backend. */
export function commonVariables({ home }: StateFolder, stack: string): Record<string, string> {
  return {
    PULUMI_HOME: home,
    PULUMI_STACK: stack,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NODE_COMPILE_CACHE: join(cacheRoot(), "node-compile-cache"),
    // With a lowercase `https_proxy`, gRPC for Node would use it even for its connection to Pulumi on this machine.
    no_grpc_proxy: "127.0.0.1,localhost",
    [DOCKER_NO_PROXY]: "*",
  };
}

/** Returns the folders at the front of PATH: Pulumi, and the Node that runs the program. */
export function pathFolders(toolchain: Toolchain): string[] {
  return [toolchain.bin, dirname(process.execPath)];
}

/**
 * Disables the metadata files: if Pulumi is killed while it writes one, the empty file keeps it from reading the state.
 * The state itself is written atomically.
 */
function backendUrl({ backend }: StateFolder): string {
  return `${pathToFileURL(backend).href}?metadata=skip`;
}

/** Returns the whole environment for running Pulumi on this state, and installs its plugins. */
export function pulumiEnvironment(toolchain: Toolchain, state: StateFolder, stack: string): NodeJS.ProcessEnv {
  installPlugins(toolchain, state);
  const { PULUMI_CONFIG_PASSPHRASE: _otherwiseItWins, ...outer } = process.env;
  return { ...outer, ...pulumiVariables(state, stack), PATH: pathVariable(toolchain) };
}

/** Returns PATH with the folders of Pulumi and Node at the front. */
export function pathVariable(toolchain: Toolchain): string {
  return [...pathFolders(toolchain), process.env["PATH"] ?? ""].join(delimiter);
}

/** Links the cached plugins into the folder in which Pulumi looks for them. */
export function installPlugins({ plugins }: Toolchain, { home }: StateFolder): void {
  for (const { folder, path } of plugins) {
    const target = join(home, "plugins", folder);
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(path)) ensureLink(join(path, name), join(target, name));
  }
}

function ensureLink(source: string, target: string): void {
  try {
    if (readlinkSync(target) === source) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  // Another run may create the same link, so create it atomically.
  const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  symlinkSync(source, temporary);
  renameSync(temporary, target);
}

/** A stack that is ready for Pulumi. */
export interface Session {
  toolchain: Toolchain;
  state: StateFolder;
  stack: string;
  env: NodeJS.ProcessEnv;
}

/** Creates the stack if it does not exist, and removes stale locks. */
export async function openSession(toolchain: Toolchain, state: StateFolder, stack: string): Promise<Session> {
  const session = { toolchain, state, stack, env: pulumiEnvironment(toolchain, state, stack) };
  if (!existsSync(stackFile(state, stack))) await initStack(session);
  clearStaleLocks(state, stack);
  return session;
}

/** Creates the stack from a temporary folder, because `pulumi stack init` always writes into the project's folder. */
async function initStack({ toolchain, state, stack, env }: Session): Promise<void> {
  await withTemporaryFolder("pulumi-swarm-init-", async (folder) => {
    writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: state.projectName, runtime: "nodejs" }));
    const args = ["stack", "init", stack, "--no-select", "--non-interactive", "--cwd", folder];
    await run(join(toolchain.bin, "pulumi"), args, { env });
    const made = parse(readIfExists(join(folder, `Pulumi.${stack}.yaml`)) ?? "") as StackConfig | null;
    if (made?.encryptionsalt) saveSalt(state, stack, made.encryptionsalt);
  });
}

/** Runs Pulumi on this terminal and returns its exit code. */
export function runPulumi(session: Session, args: readonly string[]): Promise<number> {
  return recordRun(session, (onStart) =>
    runAttached(join(session.toolchain.bin, "pulumi"), args, session.env, session.state.project, onStart),
  );
}

/** Runs Pulumi and returns its output, which is secret: errors do not contain it. */
export function readPulumiSecrets(session: Session, args: readonly string[]): Promise<string> {
  const options = { env: session.env, cwd: session.state.project, secretOutput: true };
  return run(join(session.toolchain.bin, "pulumi"), args, options);
}

/** Runs Pulumi and returns its output. Use `readPulumiSecrets` if the output may contain secrets. */
export function readPulumiOutput(session: Session, args: readonly string[]): Promise<string> {
  return recordRun(session, (onStart) =>
    run(join(session.toolchain.bin, "pulumi"), args, { env: session.env, cwd: session.state.project, onStart }),
  );
}
