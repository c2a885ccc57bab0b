import { validateEnvironment } from "../minio/spec/environment.ts";
import { MIN_MEMORY_MIB, validatePublishedPorts } from "../minio/validation/settings.ts";
import { validateImage } from "../minio/spec/image.ts";
import { validateParity } from "../minio/validation/pools-and-parity.ts";
import { validateRootUser } from "../minio/validation/settings.ts";
import { validateCertificates } from "../minio/validation/network-and-tls.ts";
import { erasureSetError, sortByKey, memberName } from "../minio/layout/topology.ts";
import { DNS_LABEL_RULE, isDnsLabel } from "../../core/dns-label.ts";
import { isImageId, isUnpullable } from "../../core/image-name.ts";
import { knownValue } from "../shared/inputs.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { validateTaskAmounts } from "../service/task-limits.ts";
import type { KubernetesDrive, KubernetesMinioArgs, KubernetesPool } from "./args.ts";
import { drivesOf, memberHosts, peersName } from "./plan.ts";

/** Kubernetes labels every pod with its StatefulSet's name and a hash of ten letters, 63 in all. */
const MAX_STATEFUL_SET_NAME_LENGTH = 52;

/** More pods in one StatefulSet than any pool has use for. */
const MAX_MEMBERS = 1000;

type Pool = KubernetesPool & { key: string };

/** What is wrong with the arguments of a store, as far as they are plain. */
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

/** What is wrong with an image that a cluster is to pull. */
export function validateKubernetesImage(image: string | undefined): ValidationIssue[] {
  if (image === undefined) return [];
  if (!isUnpullable(image)) return validateImage(image);
  const problem = isImageId(image)
    ? "is an image's id, by which no node can pull it: give name:tag@sha256:…"
    : "is of an image built by pulumi-swarm, which no node can pull: give name:tag@sha256:…";
  return [{ argument: "image", value: image, problem }];
}

/** What is wrong with a namespace's name. */
export function validateNamespace(namespace: string | undefined): ValidationIssue[] {
  if (namespace === undefined || isDnsLabel(namespace)) return [];
  return [{ argument: "namespace", value: namespace, problem: DNS_LABEL_RULE }];
}

function validateNames(name: string, serviceName: string): ValidationIssue[] {
  const problem = `${DNS_LABEL_RULE}: the store's secrets are called after it`;
  const own = isDnsLabel(name) ? [] : [{ argument: "name", value: name, problem }];
  if (isDnsLabel(serviceName) && /^[a-z]/.test(serviceName)) return own;
  if (name === serviceName && own.length > 0) return own;
  const rule = `${DNS_LABEL_RULE}, and begin with a letter, as Services do; without it the component's name is taken`;
  return [...own, { argument: "serviceName", value: serviceName, problem: rule }];
}

function validatePools(args: KubernetesMinioArgs, serviceName: string): ValidationIssue[] {
  const pools: Pool[] = sortByKey(Object.entries(args.pools).map(([key, pool]) => ({ key, ...pool })));
  if (pools.length === 0)
    return [
      { argument: "pools", value: {}, problem: "a store needs a pool: give one, such as { main: { members: 4 } }" },
    ];
  const issues = [
    ...validateDrives("drives", args.drives ?? {}),
    ...pools.flatMap((pool) => [
      ...validatePoolName(pool, serviceName),
      ...validateMembers(pool),
      ...validateDrives(`pools.${pool.key}.drives`, pool.drives ?? {}),
    ]),
  ];
  if (issues.length > 0) return issues;
  const formed = pools.map((pool) => {
    const members = memberHosts(pool.key, pool, peersName(serviceName), args.drives);
    return { key: pool.key, hosts: members.map((_, number) => `${pool.key}-${number}`), members };
  });
  const unfit = pools.flatMap((pool) => validateErasureSets(pool, args.drives));
  if (unfit.length > 0) return unfit;
  const names = formed.flatMap(({ members }) => members.map(({ hostname }) => memberName(serviceName, hostname)));
  return [...validateCertificates(args.tls, names), ...validateParity(formed, args.environment ?? {}, "member")];
}

function validatePoolName({ key }: Pool, serviceName: string): ValidationIssue[] {
  if (!isDnsLabel(key)) return [{ argument: "pools", value: key, problem: `a pool's key ${DNS_LABEL_RULE}` }];
  const name = `${serviceName}-${key}`;
  if (name.length <= MAX_STATEFUL_SET_NAME_LENGTH) return [];
  const problem = `makes the name ${name} of ${name.length} letters, and a StatefulSet's has at most ${MAX_STATEFUL_SET_NAME_LENGTH}: give a shorter one`;
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
      { argument: `${argument}.${key}.size`, value: size, problem: 'must be a size with its unit, such as "100Gi"' },
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
