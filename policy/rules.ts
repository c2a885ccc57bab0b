import { imagePinError } from "../core/image-name.ts";
import { credentialViolations } from "./credentials.ts";
import { containersOf } from "./containers.ts";
import { dataViolations } from "./data.ts";
import { unprotectedPorts } from "./guards.ts";
import { openPortViolations } from "./ports.ts";
import { getProperty, type Rule, type PolicyResource } from "./rule.ts";
import { tlsViolations, tlsViolationsOnNetworks } from "./tls.ts";

/** Paths of a network's driver and of its option `encrypted`, by type. */
const OVERLAY_PROPERTIES: Readonly<Record<string, readonly [driver: string[], encrypted: string[]]>> = {
  "docker:index/network:Network": [["driver"], ["options", "encrypted"]],
  "swarm:index:Network": [
    ["spec", "Driver"],
    ["spec", "Options", "encrypted"],
  ],
};
const MEMBER = "swarm:index:Member";

/** All rules of this package. */
export const RULES: readonly Rule[] = [
  {
    name: "encrypted-overlay",
    description: "Overlay networks encrypt traffic between hosts.",
    level: "mandatory",
    resource: unencryptedOverlay,
  },
  {
    name: "image-by-digest",
    description: "Images are pinned by digest or id, so that every host and every start uses the same one.",
    level: "mandatory",
    resource: unpinnedImages,
  },
  {
    name: "no-default-credentials",
    description: "No well-known root users, and no credentials in environment variables or arguments.",
    level: "mandatory",
    resource: credentialViolations,
  },
  {
    name: "odd-managers",
    description: "A Swarm has an odd number of managers: an even number tolerates no more failures than one fewer.",
    level: "mandatory",
    stack: evenManagerCount,
  },
  {
    name: "protected-data",
    description: "Resources with data are protected from deletion, and volumes are not anonymous.",
    level: "mandatory",
    outsideDevelopment: true,
    resource: dataViolations,
  },
  {
    name: "no-world-open-ports",
    description: "Security groups, load balancers and firewalls are not open to the whole internet.",
    level: "mandatory",
    outsideDevelopment: true,
    resource: openPortViolations,
  },
  {
    name: "no-unguarded-ports",
    description: "Ports that are open on all addresses of a host are protected by a firewall of the stack.",
    level: "mandatory",
    outsideDevelopment: true,
    stack: unprotectedPorts,
  },
  {
    name: "tls-outside-dev",
    description: "Stores and gateways that are reachable from outside use TLS.",
    level: "mandatory",
    outsideDevelopment: true,
    resource: tlsViolations,
    stack: tlsViolationsOnNetworks,
  },
];

function unencryptedOverlay({ type, props }: PolicyResource): string[] {
  const [driver, encrypted] = OVERLAY_PROPERTIES[type] ?? [];
  if (!driver || !encrypted || getProperty(props, ...driver) !== "overlay") return [];
  // The option's presence is enough: the docker CLI sets it to an empty string.
  const option = getProperty(props, ...encrypted);
  if (option !== undefined && option !== null && option !== "false") return [];
  return ["traffic between hosts is not encrypted: set encrypted: true (for a docker.Network, options.encrypted)"];
}

function unpinnedImages(resource: PolicyResource): string[] {
  return containersOf(resource).flatMap((container) => {
    const image = container.image();
    const problem = image === undefined ? undefined : imagePinError(image, "name:tag@sha256:…");
    return problem === undefined ? [] : [`image "${image}" ${problem}`];
  });
}

function evenManagerCount(resources: readonly PolicyResource[]): { text: string; urn?: string }[] {
  const managers = new Map<string, number>();
  for (const { type, props, parent = "" } of resources) {
    if (type === MEMBER && getProperty(props, "role") === "manager")
      managers.set(parent, (managers.get(parent) ?? 0) + 1);
  }
  return [...managers]
    .filter(([, count]) => count % 2 === 0)
    .map(([parent, count]) => ({
      urn: parent === "" ? undefined : parent,
      text: `${count} managers tolerate no more failures than ${count - 1}: use ${count - 1} or ${count + 1}`,
    }));
}
