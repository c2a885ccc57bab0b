import type { SettingsValidation } from "../../core/service-update.ts";
import type { NetworkDetails, ServiceSpec } from "../../engine/types.ts";
import { changedPaths } from "./update-strategy.ts";

/** Label of a validation service: the name of the service with the settings. */
export const VALIDATION_LABEL = "pulumi-swarm.validation-of";

/**
 * Nanoseconds after which a failing health check makes Swarm stop the container, in case a killed run orphans it. Until
 * the first check, the container has no DNS name either.
 */
const MAX_LIFETIME_NS = 300e9;

/**
 * Returns the spec of a separate service that starts one container with the service's settings.
 *
 * @param networks the service's networks. Only overlay networks are used: others may have no address left.
 */
export function validationSpec(
  spec: ServiceSpec,
  { args, mounts, hosts }: SettingsValidation,
  networks: readonly Pick<NetworkDetails, "Id" | "Driver">[],
  suffix: string,
): ServiceSpec {
  const { ContainerSpec, Resources, Placement, LogDriver } = spec.TaskTemplate;
  // Omits the hosts file, which has the addresses of the other tasks, and the hostname, which may be that of one of
  // them.
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
        ...(hosts && { Hosts: hosts }),
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

/** Returns the first variable that forbids a trial run of the settings. */
export function findExcludingVariable(
  { unlessVariables = [] }: SettingsValidation,
  spec: ServiceSpec,
): string | undefined {
  return unlessVariables.find((name) => name in parseEnvironment(spec));
}

const ANSI_COLORS = /\x1b\[[0-9;]*m/g;

/** Returns the log from the last line that starts with FATAL, otherwise its last three lines, as one line. */
export function findExitReason(log: string): string | undefined {
  const lines = log
    .replaceAll(ANSI_COLORS, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const fatal = lines.findLastIndex((line) => /^FATAL\b/.test(line));
  const last = fatal === -1 ? lines.slice(-3) : lines.slice(fatal);
  return last.length === 0 ? undefined : last.join(" ");
}

/** Describes rejected settings in one line: the argument, its value and the application's output. */
export function describeRejection(
  { environmentArgument, secretVariables = [], secretEnvironment = {} }: SettingsValidation,
  previous: ServiceSpec,
  wanted: ServiceSpec,
  output: string,
): string {
  const variables = parseEnvironment(wanted);
  const changed = changedPaths(previous.TaskTemplate, wanted.TaskTemplate, "TaskTemplate");
  const all = [...Object.keys(variables), ...Object.keys(secretEnvironment)];
  const named = all.filter((name) => new RegExp(`\\b${name}\\b`).test(output));
  const suspects = named.length > 0 ? named : changed.flatMap((path) => /Env:(\w+)$/.exec(path)?.[1] ?? []);
  const format = (name: string) => {
    if (name in secretEnvironment) return `secretEnvironment.${name} "(secret)"`;
    const value = variables[name];
    const known = secretVariables.includes(name) ? "(secret)" : JSON.stringify(value);
    return `${environmentArgument}.${name} ${value === undefined ? "(removed)" : known}`;
  };
  const argument = suspects.length > 0 ? suspects.map(format).join(", ") : changed.join(", ");
  const secrets = [...secretVariables.flatMap((name) => variables[name] || []), ...Object.values(secretEnvironment)];
  const reason = secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, "(secret)"), output);
  return `${argument}: the application does not start with the new settings: ${reason}. No task was changed: correct the value and run \`pulumi up\` again`;
}

function parseEnvironment({ TaskTemplate }: ServiceSpec): Record<string, string> {
  const split = (variable: string): [string, string] => {
    const [name = ""] = variable.split("=", 1);
    return [name, variable.slice(name.length + 1)];
  };
  return Object.fromEntries((TaskTemplate.ContainerSpec.Env ?? []).map(split));
}
