import type { Engine } from "../../engine/engine.ts";
import { localRulesProblem } from "../../provider/hosts/host-firewall.ts";
import { engineErrors } from "../../provider/preflight/checks/swarm.ts";
import { type ExposureSettings, isRestrictedToLoopback } from "../../stacks/exposure.ts";
import { say } from "../../toolchain/progress.ts";
import { askOnTerminal } from "../../toolchain/prompt.ts";
import { effectiveConfig, setInWorkingConfig } from "./config.ts";
import type { Session } from "./pulumi.ts";

const EXPOSE_KEY = "pulumi-swarm:expose";

/** Who can reach a stack's store, according to its config. */
export type Exposure = "this machine" | "allowFrom" | "everybody";

/** @param isLocal whether the stack is of kind local */
export function exposureFromConfig(config: Record<string, unknown>, isLocal: boolean): Exposure {
  const settings = exposureSettings(config);
  if (isLocal && isRestrictedToLoopback(settings)) return "this machine";
  return settings.allowFrom === undefined ? "everybody" : "allowFrom";
}

/**
 * Asks for confirmation before a local store is published to other machines without firewall rules. Saves the
 * confirmation in the stack's working configuration. Asks nothing about an engine that the preflight rejects.
 *
 * @param canAsk whether there is a terminal to ask on
 * @throws if there is no terminal, or the user does not agree
 */
export async function confirmExposure(
  { state, stack }: Pick<Session, "state" | "stack">,
  engine: Pick<Engine, "connection" | "info">,
  canAsk: boolean,
): Promise<void> {
  const config = effectiveConfig(state, stack);
  if (exposureFromConfig(config, true) !== "this machine") return;
  const problem = await localRulesProblem(engine.connection);
  if (problem === undefined || engineErrors({ info: await engine.info() }).length > 0) return;
  const reason = `No firewall rules can be set for the store's ports: ${problem}.`;
  const question = `${reason}\nPublish them to everyone who can reach the engine's machine? [y/N] `;
  if (!canAsk || !/^y/i.test(await askOnTerminal(question))) {
    throw new Error(
      `${EXPOSE_KEY}: is not set, and ${problem}: set it to true in Pulumi.${stack}.yaml to publish the store to everyone ` +
        "who can reach the engine's machine, or to false to publish nothing",
    );
  }
  setInWorkingConfig(state, stack, EXPOSE_KEY, true);
  say(`config ${EXPOSE_KEY}: set to true; \`pulumi config rm ${EXPOSE_KEY}\` makes it ask again`);
}

function exposureSettings(config: Record<string, unknown>): ExposureSettings {
  const keys = ["expose", "allowFrom", "driver"] as const;
  return Object.fromEntries(keys.map((key) => [key, config[`pulumi-swarm:${key}`]]));
}
