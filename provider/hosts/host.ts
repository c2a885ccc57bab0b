import { Engine } from "../../engine/engine.ts";
import type { EngineInfo } from "../../engine/types.ts";
import { ApiVersionError } from "../../engine/transport.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { validateConnection } from "./connection-validation.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";
import type { HostInputs, HostState } from "./host-inputs.ts";

/** A host that is only inspected: its engine has to answer, and report the expected hostname. */
export const Host: ResourceHandler<HostInputs, HostState> = {
  async check(_olds, news) {
    return { inputs: news, failures: validateConnection(news) };
  },

  async diff(_id, olds, news) {
    const changed = changedKeys(olds, news, ["connection", "hostname", "timeoutSeconds"]);
    return { changes: changed.length > 0 || (!containsUnknown(news) && (await isAnotherMachine(olds, news))) };
  },

  async create(inputs) {
    const outs = await waitForEngine(inputs);
    return { id: inputs.hostname, outs };
  },

  async update(_id, _olds, news) {
    return { outs: await waitForEngine(news) };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`host ${id} cannot be imported: declare it instead`);
    try {
      return { id, props: toHostState(state, await new Engine(state.connection).info()) };
    } catch (error) {
      // A failing refresh would block an `up` that works without this host.
      if (!(error instanceof UnreachableError)) throw error;
      return { id, props: state };
    }
  },
};

/** Waits until the host's engine answers. @throws ResourceError when it reports another hostname. */
export async function waitForEngine(inputs: HostInputs): Promise<HostState> {
  const engine = new Engine(inputs.connection);
  const info = await waitFor(
    async () => {
      try {
        return ready(await engine.info());
      } catch (error) {
        if (error instanceof ApiVersionError) throw error;
        return pending(errorMessage(error));
      }
    },
    { subject: `host ${inputs.hostname}`, timeoutSeconds: inputs.timeoutSeconds },
    (because) => new ResourceError(`${because} (waited ${inputs.timeoutSeconds} s)`),
  );
  if (info.Name !== inputs.hostname) {
    throw new ResourceError(
      `hostname "${inputs.hostname}": the engine at ${inputs.connection.host} calls itself "${info.Name}"; ` +
        `give hostname: "${info.Name}", or another engine`,
    );
  }
  return toHostState(inputs, info);
}

function toHostState(inputs: HostInputs, info: EngineInfo): HostState {
  return { ...inputs, machineId: info.ID, engineVersion: info.ServerVersion, ready: true };
}

/** Returns false for an unreachable engine: resources that need it report that themselves. */
async function isAnotherMachine(olds: HostState, news: HostInputs): Promise<boolean> {
  try {
    return (await new Engine(news.connection).info(2_000)).ID !== olds.machineId;
  } catch {
    return false;
  }
}
