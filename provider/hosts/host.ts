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

/** A host is only looked at: its engine has to answer, and to be the one that was meant. */
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
    if (!state) throw new ResourceError(`host ${id} cannot be imported: it is only looked at, not made`);
    try {
      return { id, props: toHostState(state, await new Engine(state.connection).info()) };
    } catch (error) {
      // A refresh that failed here would keep an `up` from going on without the host.
      if (!(error instanceof UnreachableError)) throw error;
      return { id, props: state };
    }
  },
};

/** The host, once its engine answers and is the one that was meant. */
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

/** An engine that is silent just now counts as unchanged: whatever needs it will say so. */
async function isAnotherMachine(olds: HostState, news: HostInputs): Promise<boolean> {
  try {
    return (await new Engine(news.connection).info(2_000)).ID !== olds.machineId;
  } catch {
    return false;
  }
}
