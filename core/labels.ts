/** The owner of an object in the engine, recorded in the object's labels. */
export interface Owner {
  /** The state's random identity, which alone decides ownership. */
  id: string;
  /** Pulumi project. Informational, like all below: it may change while the owner stays the same. */
  project: string;
  /** Pulumi stack. */
  stack: string;
  /** The resource's logical name. */
  name: string;
}

type Labels = Readonly<Record<string, string>> | null | undefined;

export const OWNER_LABEL = "pulumi-swarm.owner";
export const PROJECT_LABEL = "pulumi-swarm.project";
export const STACK_LABEL = "pulumi-swarm.stack";
export const NAME_LABEL = "pulumi-swarm.name";
/** The id of the object's Swarm. In another Swarm the object has to be replaced. */
export const SWARM_LABEL = "pulumi-swarm.swarm";
/**
 * Distinguishes a secret or config from its replacement, because Docker cannot change one. A secret orphaned by a killed
 * `up` has the same generation as the one in use.
 */
export const GENERATION_LABEL = "pulumi-swarm.generation";

/** The addresses of a config-only network as JSON, because Docker 29 does not report them. */
export const ADDRESSES_LABEL = "pulumi-swarm.addresses";

const OWNER_LABELS = [OWNER_LABEL, PROJECT_LABEL, STACK_LABEL, NAME_LABEL];

/** Returns the labels for an owner. In a program the owner's identity is an Output. */
export function ownerLabels<T>(owner: Record<keyof Owner, T>): Record<string, T> {
  return {
    [OWNER_LABEL]: owner.id,
    [PROJECT_LABEL]: owner.project,
    [STACK_LABEL]: owner.stack,
    [NAME_LABEL]: owner.name,
  };
}

/** Returns the user's own labels, without those that pulumi-swarm sets. */
export function userLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const set = [...OWNER_LABELS, SWARM_LABEL, ADDRESSES_LABEL];
  return Object.fromEntries(Object.entries(labels).filter(([label]) => !set.includes(label)));
}

/** Returns whether labels contain the owner's identity. */
export function isOwned(labels: Labels, { id }: Pick<Owner, "id">): boolean {
  return id !== "" && labels?.[OWNER_LABEL] === id;
}

/** Returns the owner in an object's labels. Missing fields are empty. */
export function ownerFromLabels(labels: Labels): Owner {
  const value = (label: string) => labels?.[label] ?? "";
  return { id: value(OWNER_LABEL), project: value(PROJECT_LABEL), stack: value(STACK_LABEL), name: value(NAME_LABEL) };
}

/** Describes an object's owner for a message: `another state: project shop, stack prod, identity 4f1c…`. */
export function describeOwner(labels: Labels): string {
  const id = labels?.[OWNER_LABEL];
  if (!id) return "something other than pulumi-swarm";
  const { [PROJECT_LABEL]: project = "?", [STACK_LABEL]: stack = "?" } = labels;
  return `another state: project ${project}, stack ${stack}, identity ${id}`;
}

/** Replaces the owner labels with those of an existing object, because Docker cannot change its labels. */
export function keepOwnerLabels(labels: Record<string, string>, existing: Labels): Record<string, string> {
  const kept = OWNER_LABELS.flatMap((label) => {
    const value = existing?.[label];
    return value === undefined ? [] : [[label, value] as const];
  });
  return { ...labels, ...Object.fromEntries(kept) };
}
