import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineInfo, NetworkDetails, NodeDetails, SwarmDetails } from "../../engine/types.ts";

interface Recorded {
  outside: { info: EngineInfo; networks: NetworkDetails[] };
  inside: { info: EngineInfo; networks: NetworkDetails[]; swarm: SwarmDetails; node: NodeDetails };
}

/** What a real engine answered outside of a Swarm and as the only node of one: `record.ts`. */
export const RECORDED = JSON.parse(readFileSync(join(import.meta.dirname, "recorded.json"), "utf8")) as Recorded;

/** An id as Swarm gives them. */
export function newSwarmId(): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return [...randomBytes(25)].map((byte) => letters[byte % letters.length]).join("");
}

/** An id as an engine gives them to containers and to networks of its own. */
export const newEngineId = () => randomBytes(32).toString("hex");

/** A moment as the Engine writes it: in nanoseconds. */
export const now = () => new Date().toISOString().replace(/(\.\d{3})Z$/, "$1000000Z");
