import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  /** Plugins beside the one for Docker. */
  plugins?: PulumiPlugin[];
  /** Shares the backend of that stack, so that the one may refer to the other. */
  backendOf?: TestStack;
  /** The stack's name. @default "test"; with `beside` the project's name */
  name?: string;
  /** Runs Pulumi on that machine instead of beside it, as its user would. */
  runOn?: LabHost;
  /** Variables of Pulumi's environment beside the usual ones. */
  env?: Record<string, string>;
}

/** A resource as the state has it. */
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

/** Commands of the CLI that go through the stack's resources. */
type Verb = "up" | "preview" | "refresh" | "destroy";

/** A stack of its own: backend, passphrase and configuration in a folder that goes with it. */
export class TestStack {
  readonly #session: Session;
  readonly #options: TestStackOptions;
  #runs = 0;

  private constructor(session: Session, options: TestStackOptions) {
    this.#session = session;
    this.#options = options;
  }

  static async create(options: TestStackOptions): Promise<TestStack> {
    const folder = options.backendOf?.folder ?? mkdtempSync(join(tmpdir(), "pulumi-swarm-test-"));
    const state = openState(options.project ?? ROOT, folder);
    // Of one backend's stacks each has a name of its own: their settings lie in one folder.
    const name = options.name ?? (options.backendOf ? state.projectName : "test");
    const file = workingConfig(state, name).path;
    mkdirSync(join(folder, "config"), { recursive: true });
    writeFileSync(file, stringify({ config: Object.fromEntries(namespaced(options.config ?? {})) }));
    const { bin, plugins } = await ensureToolchain();
    const session = await openSession({ bin, plugins: [...plugins, ...(options.plugins ?? [])] }, state, name);
    // A docker CLI's own choice of engine on this machine is never what a test means.
    const { DOCKER_HOST: _host, DOCKER_CONTEXT: _context, ...env } = session.env;
    const own = { DOCKER_CONFIG: join(folder, "docker"), PULUMI_DEBUG_COMMANDS: "true" };
    return new TestStack({ ...session, env: { ...env, ...own, ...options.env } }, options);
  }

  /** Sets a key of the stack's configuration; undefined takes it away. */
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

  /** With `keepIdentity` as `npm run down` does, so that the next `up` recognises the volumes. */
  destroy(options: { keepIdentity?: boolean } = {}): Promise<RunResult> {
    const kept = options.keepIdentity ? excludeIdentity(this.state().resources, []) : [];
    return this.#succeed("destroy", ["--yes", "--skip-preview", ...kept]);
  }

  /** Runs what is expected to fail, and gives back what it said. */
  async expectFailure(verb: "up" | "preview" | "destroy"): Promise<RunResult> {
    const flags = verb === "preview" ? [] : ["--yes", "--skip-preview"];
    const outcome = await this.#finish(this.start(verb, flags));
    if (outcome.exitCode === 0) throw new Error(`pulumi ${verb} was expected to fail:\n${outcome.output}`);
    return outcome;
  }

  /** Starts `pulumi up` and gives back what is needed to follow and to kill it. */
  start(verb: Verb, flags: readonly string[]): RunningProcess & { events: () => EngineEvent[] } {
    const log = join(this.#session.state.path, `events-${this.name}-${++this.#runs}.jsonl`);
    const args = [verb, "--non-interactive", "--color", "never", "--event-log", log, ...flags];
    const startedAt = Date.now();
    const running = this.#start(args);
    // As `npm run up` does. Without the record a lock tells an id alone, which a process of another PID namespace, such as
    // a lab host's, may have at the same time: then the lock of a run that was killed stays.
    if (!this.#options.runOn) writeRun(this.#session, running.pid, startedAt);
    return { ...running, events: () => readEvents(log) };
  }

  /** Previews as `npm run preview:pr` does. */
  previewRun(flags: readonly string[] = []): Promise<PreviewRun> {
    return runPreview(this.#session, flags);
  }

  /** What `npm run status` finds of the stack. */
  async status(): Promise<StatusReport> {
    const { stack, state } = this.#session;
    const recorded = recordedStack(await exportedStack(this.#session), state.projectName, stack);
    if (!recorded) throw new Error(`stack ${stack} is not up`);
    return statusReport(await collectSnapshot(recorded));
  }

  /** Frees the stack of what a killed run left, as `npm run up` does. */
  unlock(): void {
    clearStaleLocks(this.#session.state, this.#session.stack);
  }

  async outputs(options: { showSecrets?: boolean } = {}): Promise<Record<string, unknown>> {
    const flags = options.showSecrets ? ["--show-secrets"] : [];
    return JSON.parse(await this.pulumi("stack", "output", "--json", ...flags)) as Record<string, unknown>;
  }

  /** What the state holds, secrets encrypted as they are there. */
  state(): { resources: StateResource[] } {
    const file = stackFile(this.#session.state, this.#session.stack);
    if (!existsSync(file)) return { resources: [] };
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
      checkpoint: { latest?: { resources?: StateResource[] } };
    };
    return { resources: checkpoint.latest?.resources ?? [] };
  }

  /** The resources of the state with their secrets in clear, as Pulumi hands them to the program and the provider. */
  async recorded(): Promise<StateResource[]> {
    const { deployment } = await exportedStack(this.#session);
    return decryptSecrets(deployment.resources ?? []) as StateResource[];
  }

  /** Takes over another stack's resources, as `pulumi state move` does: under this stack's name, those kept alone. */
  async importFrom(other: TestStack, keeps: (resource: StateResource) => boolean): Promise<void> {
    const file = join(this.folder, `moved-${this.name}.json`);
    await other.pulumi("stack", "export", "--file", file);
    const { projectName } = this.#session.state;
    const text = readFileSync(file, "utf8")
      .replaceAll(`urn:pulumi:${other.name}::`, `urn:pulumi:${this.name}::`)
      .replaceAll(`pulumi:Stack::${projectName}-${other.name}`, `pulumi:Stack::${projectName}-${this.name}`);
    const exported = JSON.parse(text) as { deployment: { resources: StoredResource[] } };
    const { resources } = exported.deployment;
    const left = new Set(resources.filter((resource) => !keeps(resource)).map(({ urn }) => urn));
    const without = (urns: string[] | null | undefined) => (urns ?? []).filter((urn) => !left.has(urn));
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

  /** Any other command of the CLI; gives back what it printed. */
  async pulumi(...args: string[]): Promise<string> {
    const { exitCode, output } = await this.#start(args).outcome;
    if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed with ${exitCode}:\n${output}`);
    return output;
  }

  /** Everything of this stack that is on disk: state, backups, histories, event logs. */
  get folder(): string {
    return this.#session.state.path;
  }

  get name(): string {
    return this.#session.stack;
  }

  /** Takes away the stack's files; what it made in an engine stays. */
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
