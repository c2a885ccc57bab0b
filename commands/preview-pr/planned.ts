/** The planned operation on a resource. */
export type Operation = "create" | "update" | "replace" | "delete" | "import";

/** A planned change of a resource, from the steps of a preview. */
export interface PlannedChange {
  urn: string;
  name: string;
  type: string;
  operation: Operation;
  /** Its current inputs; empty for a new resource. */
  before: Readonly<Record<string, unknown>>;
  /** Its inputs after the update; empty if it is deleted. */
  after: Readonly<Record<string, unknown>>;
}

/** Shortens a type: `swarm:index:Service` to `swarm:Service`, `docker:index/network:Network` to `docker:Network`. */
export function shortType(type: string): string {
  const [pack = "", module = "", name = ""] = type.split(":");
  const [space = ""] = module.split("/");
  return space === "index" || space === pack ? `${pack}:${name}` : [pack, space, name].filter(Boolean).join(":");
}

/** Returns the type in a URN, without those of its parents. */
export function typeFromUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
