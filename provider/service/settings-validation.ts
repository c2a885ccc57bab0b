import type { SettingsValidation } from "../../core/service-update.ts";
import type { NetworkDetails, ServiceSpec } from "../../engine/types.ts";
import { changedPaths } from "./update-strategy.ts";

/** On the service that validates: the name of the service whose settings it starts. */
export const VALIDATION_LABEL = "pulumi-swarm.validation-of";

/**
 * Nanoseconds after which Swarm stops the container by itself, should a killed run leave it behind: its health check
 * fails. Until the first check Swarm does not publish a name for the container either.
 */
const MAX_LIFETIME_NS = 300e9;

/**
 * The service's settings for one container that is apart from it.
 *
 * @param networks those of the service. Of an overlay network alone one more address is always to be had.
 */
export function validationSpec(
  spec: ServiceSpec,
  { args, mounts }: SettingsValidation,
  networks: readonly Pick<NetworkDetails, "Id" | "Driver">[],
  suffix: string,
): ServiceSpec {
  const { ContainerSpec, Resources, Placement, LogDriver } = spec.TaskTemplate;
  // The hosts file leads to the other tasks, and the hostname may be that of one of them.
  const { Hosts: _hosts, Hostname: _hostname, ...container } = ContainerSpec;
  return {
    Name: `${spec.Name.slice(0, 45)}-validation-${suffix}`,
    Labels: { ...spec.Labels, [VALIDATION_LABEL]: spec.Name },
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: {
        ...container,
        Args: args,
        Mounts: mounts,
        Healthcheck: { Test: ["CMD", "/pulumi-swarm-validation-ends"], Interval: MAX_LIFETIME_NS, Retries: 1 },
        StopGracePeriod: 1e9,
      },
      Resources: { Limits: Resources?.Limits ?? {} },
      RestartPolicy: { Condition: "none" },
      ...(Placement && { Placement }),
      ...(LogDriver && { LogDriver }),
      Networks: networks.filter(({ Driver }) => Driver === "overlay").map(({ Id }) => ({ Target: Id })),
    },
    EndpointSpec: { Mode: "dnsrr" },
  };
}

/** The variable because of which nothing may be started. */
export function findExcludingVariable(
  { unlessVariables = [] }: SettingsValidation,
  spec: ServiceSpec,
): string | undefined {
  return unlessVariables.find((name) => name in parseEnvironment(spec));
}

const ANSI_COLORS = /\x1b\[[0-9;]*m/g;

/** What a log says of the end: from the last line that calls itself fatal, else its last lines. */
export function findExitReason(log: string): string | undefined {
  const lines = log
    .replaceAll(ANSI_COLORS, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const fatal = lines.findLastIndex((line) => /^FATAL\b/.test(line));
  const said = fatal === -1 ? lines.slice(-3) : lines.slice(fatal);
  return said.length === 0 ? undefined : said.join(" ");
}

/** The refusal of settings that do not start, in one line: the argument, its value and what the application said. */
export function describeRejection(
  { environmentArgument, secretVariables = [] }: SettingsValidation,
  former: ServiceSpec,
  wanted: ServiceSpec,
  said: string,
): string {
  const variables = parseEnvironment(wanted);
  const changed = changedPaths(former.TaskTemplate, wanted.TaskTemplate, "TaskTemplate");
  const named = Object.keys(variables).filter((name) => new RegExp(`\\b${name}\\b`).test(said));
  const blamed = named.length > 0 ? named : changed.flatMap((path) => /Env:(\w+)$/.exec(path)?.[1] ?? []);
  const shown = (name: string) => {
    const value = variables[name];
    const known = secretVariables.includes(name) ? "(secret)" : JSON.stringify(value);
    return `${environmentArgument}.${name} ${value === undefined ? "(left out)" : known}`;
  };
  const argument = blamed.length > 0 ? blamed.map(shown).join(", ") : changed.join(", ");
  const secrets = secretVariables.flatMap((name) => variables[name] || []);
  const reason = secrets.reduce((text, secret) => text.replaceAll(secret, "(secret)"), said);
  return `${argument}: the application does not start with the new settings: ${reason}. No task was changed: correct the value and run \`pulumi up\` again`;
}

function parseEnvironment({ TaskTemplate }: ServiceSpec): Record<string, string> {
  const split = (variable: string): [string, string] => {
    const [name = ""] = variable.split("=", 1);
    return [name, variable.slice(name.length + 1)];
  };
  return Object.fromEntries((TaskTemplate.ContainerSpec.Env ?? []).map(split));
}
