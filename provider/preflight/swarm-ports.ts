import type { SwarmRequirement } from "../../core/requirement.ts";
import { isNode, type ClusterSnapshot } from "./snapshot.ts";

/** A port that Swarm needs on a joining host, and that another program uses. */
export interface TakenPort {
  key: string;
  port: number;
  /** The program that listens on it. Undefined: unknown. */
  program?: string;
}

/** TCP ports of Swarm, on all nodes and on managers. */
export const SWARM_PORTS = { nodes: 7946, managers: 2377 } as const;

/** Docker Engine. It keeps listening for about 20 s after it has left a Swarm. */
const ENGINE = "dockerd";

/** Returns the ports that Swarm needs and that are in use. Nodes and unreachable engines are skipped: Swarm may use them. */
export function findTakenPorts({ managers = [] }: SwarmRequirement, snapshot: ClusterSnapshot): TakenPort[] {
  return Object.entries(snapshot.machines)
    .filter(([key]) => snapshot.hosts[key] && !isNode(snapshot, key))
    .flatMap(([key, { listening, portHolders = {} }]) =>
      [SWARM_PORTS.nodes, ...(managers.includes(key) ? [SWARM_PORTS.managers] : [])]
        .filter((port) => listening.includes(port))
        .map((port) => ({ key, port, program: portHolders[port] })),
    );
}

/** Whether the port may be free soon: the engine holds it, or the holder is unknown. */
export function isTransientHolder({ program = ENGINE }: TakenPort): boolean {
  return program === ENGINE;
}

/** Returns the message for a port in use. */
export function takenPortError({ port, program }: TakenPort): string {
  if (program === ENGINE) {
    return (
      "Docker Engine is not in a Swarm but still holds this port, which Swarm needs: restart it " +
      "(`systemctl restart docker`)"
    );
  }
  const what = program === undefined ? "something listens" : `${program} listens`;
  return `${what} on this port, which Swarm needs: end it (\`ss -ltnp 'sport = :${port}'\` names it)`;
}
