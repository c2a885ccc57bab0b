import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../engine/types.ts";
import { throwIfInvalid, type ValidationIssue } from "../../core/input-validation-error.ts";
import { validateLabels } from "../../core/label-rules.ts";
import { knownValue, type LeafInputs, mapInput, validateWhenKnown } from "../shared/inputs.ts";

/** Constraints on the nodes that run a service's tasks. */
export interface Placement {
  /**
   * Expressions as in `docker service create --constraint`. A node must meet all of them, in addition to those of the
   * component. If a chosen host does not meet them, it gets no task, and `pulumi up` fails.
   * Plain: only the list itself.
   * @default - none
   * @example ["node.platform.arch == x86_64"]
   */
  constraints?: pulumi.Input<string>[];
}

/** Settings of a service and its containers. */
export interface TaskSettings {
  /**
   * User of the process in the container: a numeric user id and optionally a group id, which defaults to the user id.
   * @default - the component's choice
   * @example "1000:1000"
   */
  user?: pulumi.Input<string>;

  /**
   * Constraints on the nodes, in addition to the choice of hosts.
   * Plain: only the object itself.
   * @default - none
   * @example { constraints: ["node.labels.disk == ready"] }
   */
  placement?: Placement;

  /**
   * Labels of the Swarm service, in addition to the owner labels. Changing them restarts nothing.
   * Plain: only the names.
   * @default - none
   * @example { team: "storage" }
   */
  labels?: Record<string, pulumi.Input<string>>;

  /**
   * Labels of the containers, for example for collectors of logs and metrics.
   * Plain: only the names.
   * @default - none
   * @example { "logging.example/parser": "json" }
   */
  containerLabels?: Record<string, pulumi.Input<string>>;

  /**
   * Entries for the containers' /etc/hosts: addresses by name.
   * Plain: only the names.
   * @default - none
   * @example { "login.example.com": "198.51.100.7" }
   */
  extraHosts?: Record<string, pulumi.Input<string>>;
}

/** Validates the settings that are known. */
export function validateTaskSettings(settings: TaskSettings): ValidationIssue[] {
  const { placement, labels, containerLabels, extraHosts = {} } = settings;
  return [
    ...validateUser(knownValue(settings.user)),
    ...(placement?.constraints ?? []).flatMap((constraint, index) => validateConstraint(index, knownValue(constraint))),
    ...validateLabels("labels", shownValues(labels)),
    ...validateLabels("containerLabels", shownValues(containerLabels)),
    ...Object.entries(extraHosts).flatMap(([name, address]) => [
      ...validateHostName(name),
      ...validateAddress(name, knownValue(address)),
    ]),
  ];
}

/** Returns the labels as a message shows them. */
function shownValues(labels: TaskSettings["labels"] = {}): Record<string, string> {
  const entries = Object.entries(labels).map(([name, value]) => [name, knownValue(value) ?? "(an Output)"] as const);
  return Object.fromEntries(entries);
}

function validateUser(value: string | undefined): ValidationIssue[] {
  if (value === undefined || /^\d+(:\d+)?$/.test(value)) return [];
  return [
    { argument: "user", value, problem: "must be a numeric user id, optionally with a group id: 1000 or 1000:1000" },
  ];
}

/** Returns the user, validated once it is known. */
export function validatedUser(subject: string, user: pulumi.Input<string>): pulumi.Input<string> {
  return validateWhenKnown(user, (value) => throwIfInvalid(subject, validateUser(value)));
}

const ATTRIBUTE =
  /^(node\.(id|hostname|ip|role|platform\.(os|arch)|labels\.[^\s=!]+)|engine\.labels\.[^\s=!]+)\s*(==|!=)\s*\S/;

function validateConstraint(index: number, value: string | undefined): ValidationIssue[] {
  if (value === undefined || ATTRIBUTE.test(value)) return [];
  const problem =
    "must compare an attribute of nodes with == or !=, such as node.labels.disk==ssd, node.role==worker or " +
    "node.platform.arch==x86_64";
  return [{ argument: `placement.constraints[${index}]`, value, problem }];
}

function validateHostName(name: string): ValidationIssue[] {
  if (/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name)) return [];
  return [{ argument: "extraHosts", value: name, problem: "must be a host name, such as login.example.com" }];
}

function validateAddress(name: string, value: string | undefined): ValidationIssue[] {
  if (value === undefined || isIP(value) !== 0) return [];
  return [{ argument: `extraHosts["${name}"]`, value, problem: "must be an IP address" }];
}

/** Returns the lines of /etc/hosts in the form of the Engine API, sorted by name. Validates addresses once they are known. */
export function extraHostsLines(subject: string, { extraHosts = {} }: TaskSettings): pulumi.Input<string>[] {
  return Object.entries(extraHosts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, address]) => {
      const valid = validateWhenKnown(address, (value) => throwIfInvalid(subject, validateAddress(name, value)));
      return mapInput(valid, (value) => `${value} ${name}`);
    });
}

/** Returns the spec with the settings. */
export function withTaskSettings(
  subject: string,
  spec: LeafInputs<ServiceSpec>,
  settings: TaskSettings,
): LeafInputs<ServiceSpec> {
  const { TaskTemplate } = spec;
  const { ContainerSpec, Placement } = TaskTemplate;
  const { user } = settings;
  const hosts = extraHostsLines(subject, settings);
  const constraints = (settings.placement?.constraints ?? []).map((constraint, index) =>
    validateWhenKnown(constraint, (value) => throwIfInvalid(subject, validateConstraint(index, value))),
  );
  return {
    ...spec,
    Labels: { ...spec.Labels, ...settings.labels },
    TaskTemplate: {
      ...TaskTemplate,
      ContainerSpec: {
        ...ContainerSpec,
        Labels: { ...ContainerSpec.Labels, ...settings.containerLabels },
        ...(user !== undefined && { User: validatedUser(subject, user) }),
        ...(hosts.length > 0 && { Hosts: [...(ContainerSpec.Hosts ?? []), ...hosts] }),
      },
      Placement: { ...Placement, Constraints: [...(Placement?.Constraints ?? []), ...constraints] },
    },
  };
}
