import type { LabHost } from "../../../lab/lab.ts";

/** A way to create a healthy cluster on engines without a Swarm. */
export interface Method {
  /** Creates the cluster; resolves once it is healthy, or later. */
  build(hosts: readonly LabHost[], image: string): Promise<void>;
  /** Removes temporary files. */
  cleanUp(): void;
}

/** Number of managers of every cluster: the first hosts. */
export const MANAGERS = 3;
