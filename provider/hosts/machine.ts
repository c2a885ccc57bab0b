import { Engine } from "../../engine/engine.ts";
import type { EngineInfo } from "../../engine/types.ts";
import { runRemoteScript } from "../../engine/ssh-shell.ts";
import { sshTargetOf } from "../../engine/ssh.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { type HostActions, needsChanges, summarizeErrors, actionsScript } from "./host-plan.ts";
import type { HostFacts } from "./host-facts.ts";
import { validateConnection } from "./connection-validation.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { type InspectedHost, inspectHost, inspectionCache, waitForInspection } from "./host-inspection.ts";
import {
  hasChangedInputs,
  isPrepared,
  type MachineInputs,
  type MachineState,
  type PreparedMachineInputs,
} from "./machine-inputs.ts";
import { waitForEngine } from "./wait-for-engine.ts";
import { containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

/** Time limit for inspecting a machine over ssh in a preview, in milliseconds. */
const INSPECT_TIMEOUT_MS = 8_000;

/** Time limit in a preview for an engine without ssh, in milliseconds. */
const INFO_TIMEOUT_MS = 2_000;

/** Time limit for installing Docker Engine and the other changes, in milliseconds. */
const ACTIONS_TIMEOUT_MS = 15 * 60_000;

/**
 * The machine of a host. Its engine must answer and report the given hostname. With `drives`, logs in to the machine
 * first, and installs and starts what is missing.
 */
export const Machine: ResourceHandler<MachineInputs, MachineState> = {
  recordedOnce: ["connection", "hostname", "timeoutSeconds", "install", "drives"] satisfies (keyof MachineInputs)[],

  async check(_olds, news) {
    return { inputs: news, failures: validateConnection(news) };
  },

  async diff(_id, olds, news) {
    return { changes: hasChangedInputs(olds, news) || (!containsUnknown(news) && (await hasDrifted(olds, news))) };
  },

  async create(inputs) {
    return { id: inputs.key, outs: await prepareMachine(inputs) };
  },

  async update(_id, _olds, news) {
    return { outs: await prepareMachine(news) };
  },

  /** Keeps the recorded state of an unreachable machine: a failing refresh would block an `up` that works without it. */
  async read(id, state) {
    if (!state) throw new ResourceError(`host ${id} cannot be imported: declare it instead`);
    try {
      const timeoutMs = isPrepared(state) ? INSPECT_TIMEOUT_MS : undefined;
      return { id, props: toMachineState(state, await new Engine(state.connection).info(timeoutMs)) };
    } catch (error) {
      if (!isPrepared(state) && !(error instanceof UnreachableError)) throw error;
      return { id, props: state };
    }
  },
};

/** Returns whether the machine was replaced or lacks something. An unreachable machine counts as unchanged. */
async function hasDrifted(olds: MachineState, news: MachineInputs): Promise<boolean> {
  if (!isPrepared(news)) {
    const info = await new Engine(news.connection).info(INFO_TIMEOUT_MS).catch(() => undefined);
    return info !== undefined && (info.ID !== olds.machineId || info.Name !== olds.engineName);
  }
  try {
    const facts = await inspectHost(news, INSPECT_TIMEOUT_MS);
    const isAnother = facts.engine !== undefined && facts.engine.id !== olds.machineId;
    return isAnother || needsChanges(facts, news, sshTargetOf(news.connection));
  } catch (error) {
    if (error instanceof UnreachableError) return false;
    throw error;
  }
}

async function prepareMachine(inputs: MachineInputs): Promise<MachineState> {
  if (!isPrepared(inputs)) return toMachineState(inputs, await waitForEngine(inputs));
  const { facts, actions } = await applyActions(inputs);
  const info = await waitForEngine(inputs);
  if (actions.install) await smokeTestEngine(inputs);
  return { ...toMachineState(inputs, info), address: facts.address };
}

/** Makes the changes that the machine needs, and returns them with its facts. */
async function applyActions(inputs: PreparedMachineInputs): Promise<InspectedHost> {
  const { facts, actions } = inspectionCache.take(inputs) ?? (await waitForInspection(inputs));
  if (actions.install || actions.start || actions.folders.length > 0) await runActions(inputs, actions, facts);
  return { facts, actions };
}

function toMachineState(inputs: MachineInputs, info: EngineInfo): MachineState {
  return { ...inputs, engineName: info.Name, machineId: info.ID, engineVersion: info.ServerVersion, ready: true };
}

async function runActions({ key, connection }: MachineInputs, actions: HostActions, facts: HostFacts): Promise<void> {
  const { install, start, folders } = actions;
  const changes = [
    ...(install ? [`install ${install.packages.join(" ")} with ${install.manager}`] : []),
    ...(start ? ["start the Docker Engine"] : []),
    ...folders.map((folder) => `create ${folder}`),
  ].join(", ");
  logLine(`host ${key}: going to ${changes}`);
  const { exitCode, stderr } = await runRemoteScript(connection, actionsScript(actions, facts), {
    timeoutMs: ACTIONS_TIMEOUT_MS,
  });
  if (exitCode !== 0) throw new ResourceError(`host ${key}: could not ${changes}: ${summarizeErrors(stderr)}`);
}

/** Checks that a newly installed engine can store an image and create a container, with an empty image. */
async function smokeTestEngine({ key, connection }: MachineInputs): Promise<void> {
  const engine = new Engine(connection);
  const name = "pulumi-swarm-proof";
  try {
    const query = { fromSrc: "-", repo: name, tag: "latest" };
    await engine.send("POST", "/images/create", { query, body: Buffer.alloc(1_024) });
    const body = { Image: name, Cmd: ["none"] };
    const { Id } = await engine.request<{ Id: string }>("POST", "/containers/create", { body });
    await engine.request("DELETE", `/containers/${Id}`);
  } catch (error) {
    throw new ResourceError(`host ${key}: the installed engine cannot create a container: ${errorMessage(error)}`);
  } finally {
    await engine.request("DELETE", `/images/${name}`).catch(() => {});
  }
}
