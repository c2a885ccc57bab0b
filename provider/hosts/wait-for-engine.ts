import { Engine } from "../../engine/engine.ts";
import type { EngineInfo } from "../../engine/types.ts";
import { ApiVersionError } from "../../engine/transport.ts";
import { HOSTNAME_FORM, isHostname } from "../../core/hostname.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";
import type { MachineInputs } from "./machine-inputs.ts";

/** Waits until a machine's engine answers. @throws ResourceError when it reports another hostname than the given one, or one that MinIO cannot use. */
export async function waitForEngine({ key, connection, hostname, timeoutSeconds }: MachineInputs): Promise<EngineInfo> {
  const engine = new Engine(connection);
  const info = await waitFor(
    async () => {
      try {
        return ready(await engine.info());
      } catch (error) {
        if (error instanceof ApiVersionError) throw error;
        return pending(errorMessage(error));
      }
    },
    { subject: `host ${key}`, timeoutSeconds },
    (because) => new ResourceError(`${because} (waited ${timeoutSeconds} s)`),
  );
  if (hostname === undefined && !isHostname(info.Name)) {
    throw new ResourceError(
      `host ${key}: the engine at ${connection.host} calls itself "${info.Name}", which DNS and MinIO do not accept ` +
        `(${HOSTNAME_FORM}): rename the machine and restart Docker`,
    );
  }
  if (hostname !== undefined && info.Name !== hostname) {
    throw new ResourceError(
      `hostname "${hostname}": the engine at ${connection.host} calls itself "${info.Name}"; ` +
        `give hostname: "${info.Name}", or another engine`,
    );
  }
  return info;
}
