import { validateEnvironment } from "../minio/spec/environment.ts";
import { MIN_MEMORY_MIB, validatePublishedPorts } from "../minio/validation/settings.ts";
import { validateImage } from "../minio/spec/image.ts";
import { validateParity } from "../minio/validation/pools-and-parity.ts";
import { validateRootUser } from "../minio/validation/settings.ts";
import { validateCertificates } from "../minio/validation/tls.ts";
import { erasureSetError, sortByKey, memberName } from "../minio/layout/topology.ts";
import { DNS_LABEL_RULE, isDnsLabel } from "../../core/dns-label.ts";
import { isImageId, isUnpullable } from "../../core/image-name.ts";
import { knownValue } from "../shared/inputs.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { validateTaskAmounts } from "../service/task-limits.ts";
import type { KubernetesDrive, KubernetesMinioArgs, KubernetesPool } from "./args.ts";
import { drivesOf, memberHosts, peersName } from "./plan.ts";

/** Pods get a label with the StatefulSet's name and a hash of ten characters, 63 in all. */
const MAX_STATEFUL_SET_NAME_LENGTH = 52;

/** More pods than any pool needs. */
const MAX_MEMBERS = 1000;

type Pool = KubernetesPool & { key: string };

/** Validates the arguments of a store. Outputs are validated when they are known. */
export function validateKubernetesMinio(
  args: KubernetesMinioArgs,
  name: string,
  serviceName: string,
): ValidationIssue[] {
  const { expose = false, port, consolePort } = args;
  return [
    ...validateNames(name, serviceName),
    ...validateNamespace(knownValue(args.namespace)),
    ...validateKubernetesImage(knownValue(args.image)),
    ...validateRootUser(args),
    ...validatePublishedPorts({ expose, port, consolePort }),
    ...validateTaskAmounts(args, MIN_MEMORY_MIB),
    ...validateEnvironment(args.environment ?? {}),
    ...validatePools(args, serviceName),
  ];
}

/** Validates an image that the cluster's nodes must pull. */
export function validateKubernetesImage(image: string | undefined): ValidationIssue[] {
  if (image === undefined) return [];
  if (!isUnpullable(image)) return validateImage(image);
  const problem = isImageId(image)
    ? "is an image id, which nodes cannot pull: give name:tag@sha256:…"
    : "is an image built by pulumi-swarm, which nodes cannot pull: give name:tag@sha256:…";
  return [{ argument: "image", value: image, problem }];
}

/** Validates a namespace's name. */
export function validateNamespace(namespace: string | undefined): ValidationIssue[] {
  if (namespace === undefined || isDnsLabel(namespace)) return [];
  return [{ argument: "namespace", value: namespace, problem: DNS_LABEL_RULE }];
}

function validateNames(name: string, serviceName: string): ValidationIssue[] {
  const problem = `${DNS_LABEL_RULE}: the store's secrets are named after it`;
  const own = isDnsLabel(name) ? [] : [{ argument: "name", value: name, problem }];
  if (isDnsLabel(serviceName) && /^[a-z]/.test(serviceName)) return own;
  if (name === serviceName && own.length > 0) return own;
  const rule = `${DNS_LABEL_RULE}, and begin with a letter, as Services must; the default is the component's name`;
  return [...own, { argument: "serviceName", value: serviceName, problem: rule }];
}

function validatePools(args: KubernetesMinioArgs, serviceName: string): ValidationIssue[] {
  const pools: Pool[] = sortByKey(Object.entries(args.pools).map(([key, pool]) => ({ key, ...pool })));
  if (pools.length === 0)
    return [{ argument: "pools", value: {}, problem: "must have at least one pool, such as { main: { members: 4 } }" }];
  const issues = [
    ...validateDrives("drives", args.drives ?? {}),
    ...pools.flatMap((pool) => [
      ...validatePoolName(pool, serviceName),
      ...validateMembers(pool),
      ...validateDrives(`pools.${pool.key}.drives`, pool.drives ?? {}),
    ]),
  ];
  if (issues.length > 0) return issues;
  const resolved = pools.map((pool) => {
    const members = memberHosts(pool.key, pool, peersName(serviceName), args.drives);
    return { key: pool.key, hosts: members.map((_, number) => `${pool.key}-${number}`), members };
  });
  const setIssues = pools.flatMap((pool) => validateErasureSets(pool, args.drives));
  if (setIssues.length > 0) return setIssues;
  const names = resolved.flatMap(({ members }) => members.map(({ hostname }) => memberName(serviceName, hostname)));
  return [...validateCertificates(args.tls, names), ...validateParity(resolved, args.environment ?? {}, "member")];
}

function validatePoolName({ key }: Pool, serviceName: string): ValidationIssue[] {
  if (!isDnsLabel(key)) return [{ argument: "pools", value: key, problem: `a pool's key ${DNS_LABEL_RULE}` }];
  const name = `${serviceName}-${key}`;
  if (name.length <= MAX_STATEFUL_SET_NAME_LENGTH) return [];
  const problem = `leads to the name ${name}, which has ${name.length} characters; a StatefulSet's can have ${MAX_STATEFUL_SET_NAME_LENGTH}: give a shorter one`;
  return [{ argument: "serviceName", value: serviceName, problem }];
}

function validateMembers({ key, members }: Pool): ValidationIssue[] {
  if (Number.isInteger(members) && members >= 1 && members <= MAX_MEMBERS) return [];
  const problem = `must be a whole number from 1 to ${MAX_MEMBERS}`;
  return [{ argument: `pools.${key}.members`, value: members, problem }];
}

function validateDrives(argument: string, drives: Record<string, KubernetesDrive>): ValidationIssue[] {
  return Object.entries(drives).flatMap(([key, { size }]) => {
    if (!isDnsLabel(key)) return [{ argument, value: key, problem: `a drive's key ${DNS_LABEL_RULE}` }];
    if (/^[1-9]\d*(\.\d+)?(Mi|Gi|Ti|Pi|M|G|T|P)$/.test(size)) return [];
    return [
      { argument: `${argument}.${key}.size`, value: size, problem: 'must be a size with a unit, such as "100Gi"' },
    ];
  });
}

function validateErasureSets(pool: Pool, drives: KubernetesMinioArgs["drives"]): ValidationIssue[] {
  const each = Object.keys(drivesOf(pool, drives)).length;
  if (each === 0) {
    const problem = 'a member needs a drive: give drives, such as { d1: { size: "100Gi" } }';
    return [{ argument: `pools.${pool.key}.drives`, value: pool.drives ?? drives, problem }];
  }
  const problem = erasureSetError(pool.members, each, "member");
  return problem === undefined ? [] : [{ argument: `pools.${pool.key}.members`, value: pool.members, problem }];
}
