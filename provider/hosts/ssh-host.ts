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

/** How long a machine may take to tell of itself in a preview, in milliseconds. */
const INSPECT_TIMEOUT_MS = 8_000;

/** How long an installation may take, in milliseconds. */
const ACTIONS_TIMEOUT_MS = 15 * 60_000;

/** A machine that is reached by ssh, made ready where it lacks something, and otherwise only looked at. */
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

  /** A machine that is silent is as it was: it is only looked at, and what runs on it says that it is gone. */
  async read(id, state) {
    if (!state) throw new ResourceError(`host ${id} cannot be imported: it is only looked at, not made`);
    const info = await new Engine(state.connection).info(INSPECT_TIMEOUT_MS).catch(() => undefined);
    return { id, props: info ? { ...state, machineId: info.ID, engineVersion: info.ServerVersion } : state };
  },
};

/** Whether it is another machine than it was, or lacks something. One that is silent just now counts as unchanged. */
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
    ...folders.map((folder) => `make ${folder}`),
  ].join(", ");
  logLine(`host ${hostname}: going to ${what}`);
  const { exitCode, stderr } = await runRemoteScript(connection, actionsScript(actions, facts), {
    timeoutMs: ACTIONS_TIMEOUT_MS,
  });
  if (exitCode !== 0) throw new ResourceError(`host ${hostname}: could not ${what}: ${summarizeErrors(stderr)}`);
}

/** That an engine which was just installed can keep an image and make a container of it: an empty one will do. */
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
    throw new ResourceError(
      `host ${hostname}: the engine that was installed cannot make a container: ${errorMessage(error)}`,
    );
  } finally {
    await engine.request("DELETE", `/images/${name}`).catch(() => {});
  }
}
