import { imagePinError } from "../core/image-name.ts";
import { credentialViolations } from "./credentials.ts";
import { containersOf } from "./containers.ts";
import { dataViolations } from "./data.ts";
import { unprotectedPorts } from "./guards.ts";
import { openPortViolations } from "./ports.ts";
import { getProperty, type Rule, type PolicyResource } from "./rule.ts";
import { tlsViolations, tlsViolationsOnNetworks } from "./tls.ts";

const NETWORK = "docker:index/network:Network";
const MEMBER = "swarm:index:Member";

/** All rules of this package. */
export const RULES: readonly Rule[] = [
  {
    name: "encrypted-overlay",
    description: "Overlay networks encrypt what crosses between hosts.",
    level: "mandatory",
    resource: unencryptedOverlay,
  },
  {
    name: "image-by-digest",
    description: "Images are named by digest (or by id): every host and every start has the same.",
    level: "mandatory",
    resource: unpinnedImages,
  },
  {
    name: "no-default-credentials",
    description: "No root user that everybody tries first, and no credentials in an environment or in arguments.",
    level: "mandatory",
    resource: credentialViolations,
  },
  {
    name: "odd-managers",
    description: "A Swarm has an odd number of managers: an even one bears no more failures than one fewer.",
    level: "mandatory",
    stack: evenManagerCount,
  },
  {
    name: "protected-data",
    description: "What holds data is protected from deletion, and no data lies in volumes without a name.",
    level: "mandatory",
    outsideDevelopment: true,
    resource: dataViolations,
  },
  {
    name: "no-world-open-ports",
    description: "Security groups, load balancers and firewalls let nobody in whom they do not name.",
    level: "mandatory",
    outsideDevelopment: true,
    resource: openPortViolations,
  },
  {
    name: "no-unguarded-ports",
    description: "What is reached on all addresses of a host is guarded there by a firewall of the stack.",
    level: "mandatory",
    outsideDevelopment: true,
    stack: unprotectedPorts,
  },
  {
    name: "tls-outside-dev",
    description: "Stores and gateways that are reached from outside speak TLS.",
    level: "mandatory",
    outsideDevelopment: true,
    resource: tlsViolations,
    stack: tlsViolationsOnNetworks,
  },
];

function unencryptedOverlay({ type, props }: PolicyResource): string[] {
  if (type !== NETWORK || getProperty(props, "driver") !== "overlay") return [];
  // The option's presence is what counts: the docker CLI sets it to an empty text.
  const option = getProperty(props, "options", "encrypted");
  if (option !== undefined && option !== null && option !== "false") return [];
  return ["what crosses between hosts is not encrypted: set encrypted: true (of a docker.Network, options.encrypted)"];
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
      text: `${count} managers bear no more failures than ${count - 1}: make it ${count - 1} or ${count + 1}`,
    }));
}
