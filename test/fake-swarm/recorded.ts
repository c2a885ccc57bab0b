import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineInfo, NetworkDetails, NodeDetails, SwarmDetails } from "../../engine/types.ts";

interface Recorded {
  outside: { info: EngineInfo; networks: NetworkDetails[] };
  inside: { info: EngineInfo; networks: NetworkDetails[]; swarm: SwarmDetails; node: NodeDetails };
}

/** Responses of a real engine outside of a Swarm and as its only node, from `record.ts`. */
export const RECORDED = JSON.parse(readFileSync(join(import.meta.dirname, "recorded.json"), "utf8")) as Recorded;

/** Returns an id in Swarm's format. */
export function newSwarmId(): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return [...randomBytes(25)].map((byte) => letters[byte % letters.length]).join("");
}

/** Returns an id in the format of containers and local networks. */
export const newEngineId = () => randomBytes(32).toString("hex");

/** Returns the time in the Engine's format, with nanoseconds. */
export const now = () => new Date().toISOString().replace(/(\.\d{3})Z$/, "$1000000Z");
