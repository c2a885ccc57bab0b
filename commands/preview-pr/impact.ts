import { containsUnknown, deepEqual } from "../../provider/runtime/diff.ts";
import type { ServiceInputs } from "../../provider/service/service-inputs.ts";
import { describeRollout } from "../../provider/service/update-strategy.ts";
import type { PlannedChange } from "./planned.ts";

/** The effect of a change on users of the resource. */
export interface Impact {
  /**
   * `data`: stored data is deleted. `outage`: something stops working, for a while or permanently. `access`: access
   * rights change. `change`: a resource is deleted or replaced. `rolling`: tasks restart one after the other.
   */
  kind: "data" | "outage" | "access" | "change" | "rolling";
  /** A description of one line. */
  text: string;
}

/** The most severe first. */
export const SEVERITY: readonly Impact["kind"][] = ["data", "outage", "access", "change", "rolling"];

const DATA_STAYS = "the data in its volumes and on mounted disks stays";

const NETWORK_REMOVAL: Impact = {
  kind: "outage",
  text: "the network is removed, and everything attached to it is disconnected",
};

/** Impact of deleting or replacing a resource, by type. */
const REMOVAL_IMPACTS: Readonly<Record<string, Impact | ((change: PlannedChange) => Impact)>> = {
  "docker:index/volume:Volume": { kind: "data", text: "the volume and its contents are deleted" },
  "aws:ebs/volume:Volume": { kind: "data", text: "the disk and its contents are deleted" },
  "aws:s3/bucket:Bucket": { kind: "data", text: "the bucket and its contents are deleted" },
  "kubernetes:core/v1:PersistentVolumeClaim": {
    kind: "data",
    text: "the claim is deleted, and in most clusters its disk with it",
  },
  "swarm:index:Bucket": {
    kind: "data",
    text: "the bucket is deleted; one that holds objects stays",
  },
  "swarm:index:Cluster": ({ operation, before }) => ({
    kind: "outage",
    // The inputs do not tell who created the Swarm: a stack may also adopt its own.
    text:
      operation === "delete" && before["adopt"] === true
        ? "the Swarm stays if the stack adopted it; if the stack created it, it is dissolved; data in volumes stays"
        : "the Swarm is dissolved with all its services, networks and secrets; data in volumes stays",
  }),
  "swarm:index:Member": {
    kind: "outage",
    text: "the host leaves the Swarm, and its tasks stop; data in its volumes stays",
  },
  "swarm:index:Service": {
    kind: "outage",
    text: `the service and all its tasks are removed; ${DATA_STAYS}`,
  },
  "docker:index/service:Service": { kind: "outage", text: "the service and all its tasks are removed" },
  "docker:index/container:Container": { kind: "outage", text: "the container and all files written in it are removed" },
  "docker:index/network:Network": NETWORK_REMOVAL,
  "swarm:index:Network": NETWORK_REMOVAL,
  "kubernetes:apps/v1:StatefulSet": { kind: "outage", text: "all its pods stop; their claims stay" },
  "aws:ec2/instance:Instance": {
    kind: "outage",
    text: "the machine and its root disk are deleted; its data volumes stay",
  },
  "swarm:index:RootCredentials": {
    kind: "access",
    text: "the store's root user and password are lost: all members restart with new ones",
  },
  "swarm:index:User": { kind: "access", text: "the store rejects this user's keys from then on" },
  "swarm:index:Certificate": {
    kind: "access",
    text: "clients that trust the previous authority reject the store from then on",
  },
  "swarm:index:HostFirewall": {
    kind: "access",
    text: "the host's published ports are open to everyone",
  },
};

/** Returns the impacts of a change, the most severe first; none for a change without any noticeable effect. */
export function impactsOf(change: PlannedChange): Impact[] {
  const { type, operation } = change;
  if (operation === "replace" || operation === "delete") return removalImpact(change);
  return operation === "update" ? (UPDATE_IMPACTS[type]?.(change) ?? []) : [];
}

function removalImpact(change: PlannedChange): Impact[] {
  const { type, operation } = change;
  if (WITHOUT_IMPACT.has(type) || type.startsWith("pulumi:providers:")) return [];
  const isReplaced = operation === "replace";
  const entry = REMOVAL_IMPACTS[type] ?? {
    kind: "change",
    text: isReplaced ? "the previous one is deleted" : "it is deleted",
  };
  const impact = typeof entry === "function" ? entry(change) : entry;
  return [{ ...impact, text: isReplaced ? `is replaced: ${impact.text}` : impact.text }];
}

/** Types without impact: their replacements are created first, or they hold nothing but their inputs. */
const WITHOUT_IMPACT = new Set([
  "docker:index/secret:Secret",
  "docker:index/serviceConfig:ServiceConfig",
  ...[
    "NodeLabels",
    "Preflight",
    "RootServiceAccounts",
    "HostInspection",
    "Assertion",
    "Machine",
    "NetworkAllocation",
    "ServerUrlCheck",
  ].map((kind) => `swarm:index:${kind}`),
]);

/** Impact of an update, by type. */
const UPDATE_IMPACTS: Readonly<Record<string, (change: PlannedChange) => Impact[]>> = {
  "swarm:index:Service": ({ before, after }) => serviceImpact(before, after),
  "kubernetes:apps/v1:StatefulSet": ({ before, after }) => statefulSetImpact(before, after),
  "swarm:index:Bucket": ({ before, after }) => lifecycleImpact(before, after),
  "swarm:index:RootCredentials": ({ before, after }) =>
    ["requestedUser", "passwordGeneration"].some((key) => !deepEqual(before[key], after[key]))
      ? [
          {
            kind: "access",
            text: "the store's root user or password changes: the previous one is rejected from then on",
          },
        ]
      : [],
  "swarm:index:HostFirewall": ({ before, after }) =>
    deepEqual(before["filter"], after["filter"])
      ? []
      : [{ kind: "access", text: "the clients that can reach the host's published ports change" }],
};

/** Describes the rollout that the provider has chosen, in the provider's words. */
function serviceImpact(before: PlannedChange["before"], after: PlannedChange["after"]): Impact[] {
  const { spec, rollout, maintenanceCommand } = after as Partial<ServiceInputs>;
  const isSame = deepEqual(before["spec"], spec) && !containsUnknown(spec);
  if (isSame || !spec || !rollout) return [];
  const text = describeRollout(spec, rollout, maintenanceCommand !== undefined);
  return text === undefined ? [] : [{ kind: rollout.mode === "all-at-once" ? "outage" : "rolling", text }];
}

function lifecycleImpact(before: PlannedChange["before"], after: PlannedChange["after"]): Impact[] {
  const rulesOf = ({ lifecycle }: PlannedChange["before"]) =>
    (typeof lifecycle === "object" ? lifecycle : {}) as Record<string, unknown>;
  const [old, now] = [rulesOf(before), rulesOf(after)];
  const changed = Object.keys(now).filter((name) => !deepEqual(old[name], now[name]));
  const text = `the store deletes objects or versions by these new or changed lifecycle rules: ${changed.join(", ")}`;
  return changed.length === 0 ? [] : [{ kind: "data", text }];
}

/** Assumes the update strategy of `KubernetesMinio`; other StatefulSets may restart their pods one by one. */
function statefulSetImpact(before: PlannedChange["before"], after: PlannedChange["after"]): Impact[] {
  const templateOf = (inputs: PlannedChange["after"]) =>
    (inputs["spec"] as { template?: unknown } | undefined)?.template;
  if (deepEqual(templateOf(before), templateOf(after)) && !containsUnknown(templateOf(after))) return [];
  return [
    {
      kind: "outage",
      text: "its pods restart; for a store that is all members at once, an outage until they are ready",
    },
  ];
}
