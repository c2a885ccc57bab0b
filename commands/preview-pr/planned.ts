/** What is to happen to a resource. */
export type Operation = "create" | "update" | "replace" | "delete" | "import";

/** A resource as the steps of a preview tell of it. */
export interface PlannedChange {
  urn: string;
  name: string;
  type: string;
  operation: Operation;
  /** Its inputs now; empty where there are none. */
  before: Readonly<Record<string, unknown>>;
  /** Its inputs once the update is done; empty where it goes. */
  after: Readonly<Record<string, unknown>>;
}

/** `swarm:index:Service` is `swarm:Service` to people, `docker:index/network:Network` `docker:Network`. */
export function shortType(type: string): string {
  const [pack = "", module = "", name = ""] = type.split(":");
  const [space = ""] = module.split("/");
  return space === "index" || space === pack ? `${pack}:${name}` : [pack, space, name].filter(Boolean).join(":");
}

/** The type that a URN tells, without those of its parents. */
export function typeFromUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
