/** Who made an object in the engine. Written on it as labels, so that what a killed `up` left behind is recognised. */
export interface Owner {
  /** Pulumi project. */
  project: string;
  /** Pulumi stack. */
  stack: string;
  /** The object's name within the stack: the resource's logical name, chosen by the user. */
  name: string;
}

export const PROJECT_LABEL = "pulumi-swarm.project";
export const STACK_LABEL = "pulumi-swarm.stack";
export const NAME_LABEL = "pulumi-swarm.name";
/** The id of the Swarm an object lives in: another Swarm means another object. */
export const SWARM_LABEL = "pulumi-swarm.swarm";

/** The labels that say who owns an object. */
export function ownerLabels(owner: Owner): Record<string, string> {
  return { [PROJECT_LABEL]: owner.project, [STACK_LABEL]: owner.stack, [NAME_LABEL]: owner.name };
}

/** The labels that are neither an owner's nor a Swarm's: the user's own. */
export function userLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const set = [PROJECT_LABEL, STACK_LABEL, NAME_LABEL, SWARM_LABEL];
  return Object.fromEntries(Object.entries(labels).filter(([label]) => !set.includes(label)));
}

/** Whether an object with these labels is the owner's. */
export function isOwned(labels: Record<string, string> | null | undefined, owner: Owner): boolean {
  return Object.entries(ownerLabels(owner)).every(([key, value]) => labels?.[key] === value);
}

/** Whether an object with these labels is of the owner's stack. */
export function isOfStack(labels: Record<string, string> | null | undefined, { project, stack }: Owner): boolean {
  return labels?.[PROJECT_LABEL] === project && labels[STACK_LABEL] === stack;
}
