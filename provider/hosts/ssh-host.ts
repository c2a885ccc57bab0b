import { Engine } from "../../engine/engine.ts";
import { runRemoteScript } from "../../engine/ssh-shell.ts";
import { sshTargetOf } from "../../engine/ssh.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { type HostActions, needsChanges, summarizeErrors, actionsScript } from "./host-plan.ts";
import type { HostFacts } from "./host-facts.ts";
import { validateConnection } from "./connection-validation.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { waitForEngine } from "./host.ts";
import { type HostState } from "./host-inputs.ts";
import { logLine } from "../runtime/log-line.ts";
import {
  hasChangedInputs,
  inspectHost,
  inspectionCache,
  type SshHostInputs,
  waitForInspection,
} from "./host-inspection.ts";
import { containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

export interface SshHostState extends SshHostInputs, HostState {}

/** Time limit for inspecting a machine in a preview, in milliseconds. */
const INSPECT_TIMEOUT_MS = 8_000;

/** Time limit for installing Docker Engine and the other changes, in milliseconds. */
const ACTIONS_TIMEOUT_MS = 15 * 60_000;

/** A machine that is reached by ssh. Installs and starts what it lacks, and otherwise only inspects it. */
export const SshHost: ResourceHandler<SshHostInputs, SshHostState> = {
  async check(_olds, news) {
    return { inputs: news, failures: validateConnection(news) };
  },

  async diff(_id, olds, news) {
    return { changes: hasChangedInputs(olds, news) || (!containsUnknown(news) && (await hasDrifted(olds, news))) };
  },

  async create(inputs) {
    return { id: inputs.hostname, outs: await prepareHost(inputs) };
  },

  async update(_id, _olds, news) {
    return { outs: await prepareHost(news) };
  },

  /** Keeps the recorded state of an unreachable machine: resources on it report their own drift. */
  async read(id, state) {
    if (!state) throw new ResourceError(`host ${id} cannot be imported: declare it instead`);
    const info = await new Engine(state.connection).info(INSPECT_TIMEOUT_MS).catch(() => undefined);
    return { id, props: info ? { ...state, machineId: info.ID, engineVersion: info.ServerVersion } : state };
  },
};

/** Returns whether it is another machine, or lacks something. An unreachable machine counts as unchanged. */
async function hasDrifted(olds: SshHostState, news: SshHostInputs): Promise<boolean> {
  try {
    const facts = await inspectHost(news, INSPECT_TIMEOUT_MS);
    const isAnother = facts.engine !== undefined && facts.engine.id !== olds.machineId;
    return isAnother || needsChanges(facts, news, sshTargetOf(news.connection));
  } catch (error) {
    if (error instanceof UnreachableError) return false;
    throw error;
  }
}

async function prepareHost(inputs: SshHostInputs): Promise<SshHostState> {
  const { facts, actions } = inspectionCache.take(inputs) ?? (await waitForInspection(inputs));
  if (actions.install || actions.start || actions.folders.length > 0) await runActions(inputs, actions, facts);
  const state = await waitForEngine(inputs);
  if (actions.install) await smokeTestEngine(inputs);
  return { ...inputs, ...state };
}

async function runActions(
  { connection, hostname }: SshHostInputs,
  actions: HostActions,
  facts: HostFacts,
): Promise<void> {
  const { install, start, folders } = actions;
  const what = [
    ...(install ? [`install ${install.packages.join(" ")} with ${install.manager}`] : []),
    ...(start ? ["start the Docker Engine"] : []),
    ...folders.map((folder) => `create ${folder}`),
  ].join(", ");
  logLine(`host ${hostname}: going to ${what}`);
  const { exitCode, stderr } = await runRemoteScript(connection, actionsScript(actions, facts), {
    timeoutMs: ACTIONS_TIMEOUT_MS,
  });
  if (exitCode !== 0) throw new ResourceError(`host ${hostname}: could not ${what}: ${summarizeErrors(stderr)}`);
}

/** Checks that a newly installed engine can store an image and create a container, with an empty image. */
async function smokeTestEngine({ connection, hostname }: SshHostInputs): Promise<void> {
  const engine = new Engine(connection);
  const name = "pulumi-swarm-proof";
  try {
    const query = { fromSrc: "-", repo: name, tag: "latest" };
    await engine.send("POST", "/images/create", { query, body: Buffer.alloc(1_024) });
    const body = { Image: name, Cmd: ["none"] };
    const { Id } = await engine.request<{ Id: string }>("POST", "/containers/create", { body });
    await engine.request("DELETE", `/containers/${Id}`);
  } catch (error) {
    throw new ResourceError(`host ${hostname}: the installed engine cannot create a container: ${errorMessage(error)}`);
  } finally {
    await engine.request("DELETE", `/images/${name}`).catch(() => {});
  }
}
