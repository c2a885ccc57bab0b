import type { Engine } from "../../components/engine/engine.ts";
import { ensureEngine } from "../../toolchain/docker-engine.ts";
import { writeWorkingConfig } from "./config.ts";
import { forgetPendingCreates } from "./pending.ts";
import { ensureToolchain, openSession, type Session } from "./pulumi.ts";
import { openState } from "./state.ts";
import { isLocal, localConfig } from "./store-image.ts";

/** A session, and this machine's engine where the stack lives on it. */
export interface Prepared {
  session: Session;
  engine?: Engine;
}

/**
 * All that must be there before Pulumi can run on a stack: CLI, language host, plugins, a Docker Engine, the image, the
 * working configuration and the stack itself. What is there is not looked at twice.
 */
export async function prepare(stack: string, options: { yes?: boolean } = {}): Promise<Prepared> {
  const toolchain = await ensureToolchain();
  const state = openState();
  const engine = isLocal(state, stack) ? await ensureEngine(options) : undefined;
  writeWorkingConfig(state, stack, engine ? await localConfig(state, stack, engine) : {});
  const session = await openSession(toolchain, state, stack);
  await forgetPendingCreates(session);
  return { session, engine };
}
