import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parse, stringify } from "yaml";
import { excludeIdentity } from "../../commands/down/identity.ts";
import type { PreviewRun } from "../../commands/preview-pr/report.ts";
import { runPreview } from "../../commands/preview-pr/run.ts";
import { exportedStack, decryptSecrets } from "../../commands/lib/recorded-stack.ts";
import { collectSnapshot } from "../../commands/status/collect.ts";
import { type StatusReport, statusReport } from "../../commands/status/model.ts";
import { recordedStack } from "../../commands/status/stack.ts";
import { workingConfig } from "../../commands/lib/config.ts";
import { ensureToolchain, openSession, type Session } from "../../commands/lib/pulumi.ts";
import { clearStaleLocks } from "../../commands/lib/locks.ts";
import { writeRun } from "../../commands/lib/runs.ts";
import { openState, stackFile } from "../../commands/lib/state.ts";
import { REFRESH_ARGUMENTS } from "../../commands/lib/up-arguments.ts";
import { ROOT } from "../../toolchain/cache.ts";
import type { PulumiPlugin } from "../../toolchain/docker-plugin.ts";
import type { LabHost } from "../../lab/lab.ts";
import { type EngineEvent, readEvents } from "../../commands/lib/events.ts";
import { type RunResult, type RunningProcess, startProcess, listSteps } from "./pulumi-process.ts";

export interface TestStackOptions {
  /** Folder of the Pulumi project. @default this repository */
  project?: string;
  /** Its configuration; a key without a namespace is one of `pulumi-swarm:`. */
  config?: Record<string, unknown>;
  /** Plugins in addition to the one for Docker. */
  plugins?: PulumiPlugin[];
  /** Uses the backend of that stack, so that stack references work. */
  backendOf?: TestStack;
  /** The stack's name. @default "test"; with `backendOf` the project's name */
  name?: string;
  /** Runs Pulumi on that host. @default - on this machine */
  runOn?: LabHost;
  /** Additional environment variables for Pulumi. */
  env?: Record<string, string>;
  /** Folders with language hosts. @default - only the host for Node.js */
  languageHosts?: string[];
}

/** A resource in the state. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

interface StoredResource extends StateResource {
  dependencies?: string[] | null;
  propertyDependencies?: Record<string, string[] | null>;
}

/** CLI commands that process the stack's resources. */
type Verb = "up" | "preview" | "refresh" | "destroy";

/** A stack with its own backend, passphrase and configuration, in a temporary folder. */
export class TestStack {
  readonly #session: Session;
  readonly #options: TestStackOptions;
  /** The last outputs by flags, with the version of the state file that they were read from. */
  readonly #outputs = new Map<string, { version: string; outputs: Record<string, unknown> }>();
  #runs = 0;

  private constructor(session: Session, options: TestStackOptions) {
    this.#session = session;
    this.#options = options;
  }

  static async create(options: TestStackOptions): Promise<TestStack> {
    const folder = options.backendOf?.folder ?? mkdtempSync(join(tmpdir(), "pulumi-swarm-test-"));
    const state = openState(options.project ?? ROOT, folder);
    // Stacks of one backend need different names: their settings are files in one folder.
    const name = options.name ?? (options.backendOf ? state.projectName : "test");
    const file = workingConfig(state, name).path;
    mkdirSync(join(folder, "config"), { recursive: true });
    writeFileSync(file, stringify({ config: Object.fromEntries(namespaced(options.config ?? {})) }));
    const { bin, plugins } = await ensureToolchain();
    const languageHosts = options.languageHosts ?? [];
    const session = await openSession({ bin, plugins: [...plugins, ...(options.plugins ?? [])] }, state, name);
    // A test never uses the engine that this machine's environment selects for the docker CLI.
    const { DOCKER_HOST: _host, DOCKER_CONTEXT: _context, ...env } = session.env;
    const own = { DOCKER_CONFIG: join(folder, "docker"), PULUMI_DEBUG_COMMANDS: "true" };
    const path = { PATH: [...languageHosts, env["PATH"]].join(delimiter) };
    return new TestStack({ ...session, env: { ...env, ...path, ...own, ...options.env } }, options);
  }

  /** Sets a key of the stack's configuration; undefined removes it. */
  config(key: string, value: unknown): void {
    const file = workingConfig(this.#session.state, this.#session.stack).path;
    const content = parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> };
    const config = { ...content.config, ...Object.fromEntries(namespaced({ [key]: value })) };
    writeFileSync(file, stringify({ ...content, config: defined(config) }));
  }

  up(options: { refresh?: boolean } = {}): Promise<RunResult> {
    return this.#succeed("up", ["--yes", "--skip-preview", ...refreshFlags(options)]);
  }

  preview(options: { refresh?: boolean } = {}): Promise<RunResult> {
    return this.#succeed("preview", refreshFlags(options));
  }

  refresh(): Promise<RunResult> {
    return this.#succeed("refresh", ["--yes", "--skip-preview"]);
  }

  /** Destroys the stack; with `keepIdentity` as `npm run down` does, so that the next `up` recognizes the volumes. */
  destroy(options: { keepIdentity?: boolean } = {}): Promise<RunResult> {
    const kept = options.keepIdentity ? excludeIdentity(this.state().resources, []) : [];
    return this.#succeed("destroy", ["--yes", "--skip-preview", ...kept]);
  }

  /** Runs a command that must fail, and returns its result. */
  async expectFailure(verb: "up" | "preview" | "destroy"): Promise<RunResult> {
    const flags = verb === "preview" ? [] : ["--yes", "--skip-preview"];
    const outcome = await this.#finish(this.start(verb, flags));
    if (outcome.exitCode === 0) throw new Error(`pulumi ${verb} was expected to fail:\n${outcome.output}`);
    return outcome;
  }

  /** Starts a command and returns what is needed to follow it and to kill it. */
  start(verb: Verb, flags: readonly string[]): RunningProcess & { events: () => EngineEvent[] } {
    const log = join(this.#session.state.path, `events-${this.name}-${++this.#runs}.jsonl`);
    const args = [verb, "--non-interactive", "--color", "never", "--event-log", log, ...flags];
    const startedAt = Date.now();
    const running = this.#start(args);
    // As `npm run up` does. Without this record a lock is identified only by a process id, which a process in another PID
    // namespace, such as a lab host's, may have at the same time: the lock of a killed run would then stay.
    if (!this.#options.runOn) writeRun(this.#session, running.pid, startedAt);
    return { ...running, events: () => readEvents(log) };
  }

  /** Runs a preview as `npm run preview:pr` does. */
  previewRun(flags: readonly string[] = []): Promise<PreviewRun> {
    return runPreview(this.#session, flags);
  }

  /** Returns the report that `npm run status` prints. */
  async status(): Promise<StatusReport> {
    const { stack, state } = this.#session;
    const recorded = recordedStack(await exportedStack(this.#session), state.projectName, stack);
    if (!recorded) throw new Error(`stack ${stack} is not up`);
    return statusReport(await collectSnapshot(recorded));
  }

  /** Removes stale locks of killed runs, as `npm run up` does. */
  unlock(): void {
    clearStaleLocks(this.#session.state, this.#session.stack);
  }

  /** Returns the stack's outputs. Runs the CLI only if the state has changed, because that takes a second. */
  async outputs(options: { showSecrets?: boolean } = {}): Promise<Record<string, unknown>> {
    const flags = options.showSecrets ? ["--show-secrets"] : [];
    const { mtimeNs, ino } = statSync(stackFile(this.#session.state, this.#session.stack), { bigint: true });
    const version = `${ino} ${mtimeNs}`;
    const known = this.#outputs.get(flags.join());
    if (known?.version === version) return structuredClone(known.outputs);
    const outputs = JSON.parse(await this.pulumi("stack", "output", "--json", ...flags)) as Record<string, unknown>;
    this.#outputs.set(flags.join(), { version, outputs: structuredClone(outputs) });
    return outputs;
  }

  /** Returns the state, with secrets encrypted. */
  state(): { resources: StateResource[] } {
    const file = stackFile(this.#session.state, this.#session.stack);
    if (!existsSync(file)) return { resources: [] };
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
      checkpoint: { latest?: { resources?: StateResource[] } };
    };
    return { resources: checkpoint.latest?.resources ?? [] };
  }

  /** Returns the resources of the state with decrypted secrets, as Pulumi passes them to the provider. */
  async recorded(): Promise<StateResource[]> {
    const { deployment } = await exportedStack(this.#session);
    return decryptSecrets(deployment.resources ?? []) as StateResource[];
  }

  /** Imports another stack's resources that match `keeps`, as `pulumi state move` does. */
  async importFrom(other: TestStack, keeps: (resource: StateResource) => boolean): Promise<void> {
    const file = join(this.folder, `moved-${this.name}.json`);
    await other.pulumi("stack", "export", "--file", file);
    const { projectName } = this.#session.state;
    const text = readFileSync(file, "utf8")
      .replaceAll(`urn:pulumi:${other.name}::`, `urn:pulumi:${this.name}::`)
      .replaceAll(`pulumi:Stack::${projectName}-${other.name}`, `pulumi:Stack::${projectName}-${this.name}`);
    const exported = JSON.parse(text) as { deployment: { resources: StoredResource[] } };
    const { resources } = exported.deployment;
    const dropped = new Set(resources.filter((resource) => !keeps(resource)).map(({ urn }) => urn));
    const without = (urns: string[] | null | undefined) => (urns ?? []).filter((urn) => !dropped.has(urn));
    exported.deployment.resources = resources.filter(keeps).map((resource) => ({
      ...resource,
      dependencies: without(resource.dependencies),
      propertyDependencies: Object.fromEntries(
        Object.entries(resource.propertyDependencies ?? {}).map(([property, urns]) => [property, without(urns)]),
      ),
    }));
    writeFileSync(file, JSON.stringify(exported));
    await this.pulumi("stack", "import", "--file", file);
    rmSync(file);
  }

  /** Runs any other CLI command and returns its output. */
  async pulumi(...args: string[]): Promise<string> {
    const { exitCode, output } = await this.#start(args).outcome;
    if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed with ${exitCode}:\n${output}`);
    return output;
  }

  /** The folder of the stack's files: state, backups, histories, event logs. */
  get folder(): string {
    return this.#session.state.path;
  }

  get name(): string {
    return this.#session.stack;
  }

  /** Removes the stack's files. Objects in engines stay. */
  remove(): void {
    rmSync(this.#session.state.path, { recursive: true, force: true });
  }

  async #succeed(verb: Verb, flags: readonly string[]): Promise<RunResult> {
    const outcome = await this.#finish(this.start(verb, flags));
    if (outcome.exitCode === 0) return outcome;
    throw new Error(`pulumi ${verb} failed with ${outcome.exitCode}:\n${outcome.output}`);
  }

  async #finish(running: ReturnType<TestStack["start"]>): Promise<RunResult> {
    const result = await running.outcome;
    const events = running.events();
    return { ...result, events, steps: listSteps(events) };
  }

  #start(args: readonly string[]): RunningProcess {
    const { env, state, toolchain } = this.#session;
    const pulumi = join(toolchain.bin, "pulumi");
    const { runOn } = this.#options;
    if (!runOn) return startProcess(pulumi, args, { env, cwd: state.project });
    const [command, enter] = runOn.command("env", `--chdir=${state.project}`, pulumi, ...args);
    return startProcess(command, enter, { env, cwd: state.project });
  }
}

const refreshFlags = ({ refresh = false }: { refresh?: boolean }) => (refresh ? REFRESH_ARGUMENTS : []);

function namespaced(config: Record<string, unknown>): [string, unknown][] {
  return Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `pulumi-swarm:${key}`, value]);
}

function defined(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}
