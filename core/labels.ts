/** Who owns an object in the engine. It is written on the object as labels. */
export interface Owner {
  /** The state's random identity. It alone decides whose an object is. */
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
/** The id of the Swarm an object lives in: another Swarm means another object. */
export const SWARM_LABEL = "pulumi-swarm.swarm";
/**
 * Tells a secret or config from its successor: Docker cannot change one, only replace it. A secret that a killed `up`
 * left behind has the same generation as one in use.
 */
export const GENERATION_LABEL = "pulumi-swarm.generation";

const OWNER_LABELS = [OWNER_LABEL, PROJECT_LABEL, STACK_LABEL, NAME_LABEL];

/** Returns the labels that name an object's owner; in a program its identity is an Output. */
export function ownerLabels<T>(owner: Record<keyof Owner, T>): Record<string, T> {
  return {
    [OWNER_LABEL]: owner.id,
    [PROJECT_LABEL]: owner.project,
    [STACK_LABEL]: owner.stack,
    [NAME_LABEL]: owner.name,
  };
}

/** Returns the labels that are neither an owner's nor a Swarm's: the user's own. */
export function userLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const set = [...OWNER_LABELS, SWARM_LABEL];
  return Object.fromEntries(Object.entries(labels).filter(([label]) => !set.includes(label)));
}

/** Whether an object with these labels carries the owner's identity. */
export function isOwned(labels: Labels, { id }: Pick<Owner, "id">): boolean {
  return id !== "" && labels?.[OWNER_LABEL] === id;
}

/** Returns the owner that an object's labels name; what they do not say is empty. */
export function ownerFromLabels(labels: Labels): Owner {
  const value = (label: string) => labels?.[label] ?? "";
  return { id: value(OWNER_LABEL), project: value(PROJECT_LABEL), stack: value(STACK_LABEL), name: value(NAME_LABEL) };
}

/** Names the owner of an object for a message: `project shop, stack prod (identity 4f1c…)`. */
export function describeOwner(labels: Labels): string {
  const id = labels?.[OWNER_LABEL];
  if (!id) return "something other than pulumi-swarm";
  const { [PROJECT_LABEL]: project = "?", [STACK_LABEL]: stack = "?" } = labels;
  return `another state: project ${project}, stack ${stack}, identity ${id}`;
}

/** Copies owner labels from an object that exists onto the labels it is to have: Docker cannot change them there. */
export function keepOwnerLabels(labels: Record<string, string>, existing: Labels): Record<string, string> {
  const kept = OWNER_LABELS.flatMap((label) => {
    const value = existing?.[label];
    return value === undefined ? [] : [[label, value] as const];
  });
  return { ...labels, ...Object.fromEntries(kept) };
}
