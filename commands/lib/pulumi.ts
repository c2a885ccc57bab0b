import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync, readdirSync, readlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
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
 * Everything that Pulumi needs, from the cache; downloaded or built if it is missing.
 *
 * @param kind of the stack's environment: some need more than others
 */
export async function ensureToolchain(kind?: unknown): Promise<Toolchain> {
  const bin = await ensurePulumi();
  const pulumiBin = () => Promise.resolve(bin);
  const plugins = [swarmPlugin(), await ensureDockerPlugin(pulumiBin)];
  if (kind === "aws") plugins.push(await ensureAwsPlugin(pulumiBin));
  if (kind === "kubernetes") plugins.push(await ensureKubernetesPlugin(pulumiBin));
  return { bin, plugins };
}

/** The variables with which any `pulumi` works on this state, the commands' own and one typed by hand alike. */
export function pulumiVariables(state: StateFolder, stack: string): Record<string, string> {
  return {
    PULUMI_HOME: state.home,
    // As a URL: a folder's name may hold spaces and worse.
    PULUMI_BACKEND_URL: backendUrl(state),
    PULUMI_CONFIG_PASSPHRASE_FILE: state.passphraseFile,
    PULUMI_STACK: stack,
    // Every subcommand that has the flag --config-file takes it from here.
    PULUMI_OPTION_CONFIG_FILE: workingConfig(state, stack).path,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NODE_COMPILE_CACHE: join(cacheRoot(), "node-compile-cache"),
  };
}

/** Folders that go before PATH: Pulumi, and the Node that runs the program. */
export function pathFolders(toolchain: Toolchain): string[] {
  return [toolchain.bin, dirname(process.execPath)];
}

/**
 * Without the file of metadata that would be beside each of the state's: a Pulumi that is killed while it writes that
 * one leaves it empty, and then cannot read the state itself. The state is written whole or not at all.
 */
function backendUrl({ backend }: StateFolder): string {
  return `${pathToFileURL(backend).href}?metadata=skip`;
}

/** A whole environment for running Pulumi on this state. */
export function pulumiEnvironment(toolchain: Toolchain, state: StateFolder, stack: string): NodeJS.ProcessEnv {
  installPlugins(toolchain, state);
  const { PULUMI_CONFIG_PASSPHRASE: _otherwiseItWins, ...outer } = process.env;
  return { ...outer, ...pulumiVariables(state, stack), PATH: pathVariable(toolchain) };
}

/** PATH with what Pulumi needs before all else. */
export function pathVariable(toolchain: Toolchain): string {
  return [...pathFolders(toolchain), process.env["PATH"] ?? ""].join(delimiter);
}

/** Puts the cache's plugins where this state's Pulumi looks for them. Links: nothing is copied. */
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
  // Other runs may link the same: a link is there whole or not at all.
  const beside = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  symlinkSync(source, beside);
  renameSync(beside, target);
}

/** One stack, ready to be worked on by Pulumi. */
export interface Session {
  toolchain: Toolchain;
  state: StateFolder;
  stack: string;
  env: NodeJS.ProcessEnv;
}

/** Makes the stack if it is not there, and frees it of what a killed run left. */
export async function openSession(toolchain: Toolchain, state: StateFolder, stack: string): Promise<Session> {
  const session = { toolchain, state, stack, env: pulumiEnvironment(toolchain, state, stack) };
  if (!existsSync(stackFile(state, stack))) await initStack(session);
  clearStaleLocks(state, stack);
  return session;
}

/** `pulumi stack init` writes into the project's folder whatever it is told: so it is given another one. */
async function initStack({ toolchain, state, stack, env }: Session): Promise<void> {
  await withTemporaryFolder("pulumi-swarm-init-", async (folder) => {
    writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: state.projectName, runtime: "nodejs" }));
    const args = ["stack", "init", stack, "--no-select", "--non-interactive", "--cwd", folder];
    await run(join(toolchain.bin, "pulumi"), args, { env });
    const made = parse(readIfExists(join(folder, `Pulumi.${stack}.yaml`)) ?? "") as StackConfig | null;
    if (made?.encryptionsalt) saveSalt(state, stack, made.encryptionsalt);
  });
}

/** Runs Pulumi on this terminal and gives back its exit code. */
export function runPulumi(session: Session, args: readonly string[]): Promise<number> {
  return recordRun(session, (onStart) =>
    runAttached(join(session.toolchain.bin, "pulumi"), args, session.env, session.state.project, onStart),
  );
}

/** Runs Pulumi and gives back what it printed, which is secret: a failure does not show it. */
export function readPulumiSecrets(session: Session, args: readonly string[]): Promise<string> {
  const options = { env: session.env, cwd: session.state.project, secretOutput: true };
  return run(join(session.toolchain.bin, "pulumi"), args, options);
}

/** Runs Pulumi and gives back what it printed. What may hold secrets is asked for with `pulumiSecrets`. */
export function readPulumiOutput(session: Session, args: readonly string[]): Promise<string> {
  return recordRun(session, (onStart) =>
    run(join(session.toolchain.bin, "pulumi"), args, { env: session.env, cwd: session.state.project, onStart }),
  );
}
