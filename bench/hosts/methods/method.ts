import type { LabHost } from "../../../lab/lab.ts";

/** A way to get from bare engines to a healthy cluster on all of them. */
export interface Method {
  /** Does it, and ends once the cluster is healthy, or later. */
  build(hosts: readonly LabHost[], image: string): Promise<void>;
  /** Removes what it keeps beside the hosts. */
  cleanUp(): void;
}

/** Managers of every cluster: the first three hosts. */
export const MANAGERS = 3;
