import type { MinioPool } from "../args.ts";
import type { MemberHost } from "./topology.ts";

/** A pool asked for, with its key. */
export type KeyedPool = MinioPool & { key: string };

/** A pool whose hosts are all there. */
export interface ResolvedPool extends KeyedPool {
  /** In key order. */
  members: MemberHost[];
}
