import { commonVariables, installPlugins, pathVariable, type Session, type Toolchain } from "./pulumi.ts";
import { openState } from "./state.ts";

/** The flag that selects a shared backend, such as that of a team or a pipeline. */
export const SHARED = "--shared";

/**
 * Returns the variables for a shared backend. The backend and its secrets come from the environment, where Pulumi itself
 * reads them (`PULUMI_BACKEND_URL`, `PULUMI_ACCESS_TOKEN`, `PULUMI_CONFIG_PASSPHRASE` …).
 */
export const sharedVariables = commonVariables;

/** Opens a session on a stack in the backend of the environment. The stack must exist. */
export function sharedSession(toolchain: Toolchain, stack: string, outer: NodeJS.ProcessEnv = process.env): Session {
  if (!outer["PULUMI_BACKEND_URL"]) {
    throw new Error(
      `${SHARED}: PULUMI_BACKEND_URL is not set: name where the stack's state is kept, such as s3://bucket or ` +
        "https://api.pulumi.com, or leave the flag out for the state in .state/",
    );
  }
  const state = openState();
  installPlugins(toolchain, state);
  const env = { ...outer, ...sharedVariables(state, stack), PATH: pathVariable(toolchain) };
  return { toolchain, state, stack, env };
}
