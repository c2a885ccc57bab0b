import type { SwarmRequirement } from "../../core/requirement.ts";
import { isNode, type ClusterSnapshot } from "./snapshot.ts";

/** A port that Swarm needs on a host which is to join, and something else has. */
export interface TakenPort {
  key: string;
  port: number;
  /** The program that has it, where that can be told. */
  program?: string;
}

/** TCP ports that Swarm listens on: on every node, and on managers. */
export const SWARM_PORTS = { nodes: 7946, managers: 2377 } as const;

/** Docker's own engine. One that has left a Swarm goes on listening for some 20 s. */
const ENGINE = "dockerd";

/** Ports that Swarm needs and something else has. Of a node, and of an engine that is silent, it may be Swarm. */
export function findTakenPorts({ managers = [] }: SwarmRequirement, snapshot: ClusterSnapshot): TakenPort[] {
  return Object.entries(snapshot.machines)
    .filter(([key]) => snapshot.hosts[key] && !isNode(snapshot, key))
    .flatMap(([key, { listening, portHolders = {} }]) =>
      [SWARM_PORTS.nodes, ...(managers.includes(key) ? [SWARM_PORTS.managers] : [])]
        .filter((port) => listening.includes(port))
        .map((port) => ({ key, port, program: portHolders[port] })),
    );
}

/** Whether it may be free in a moment: an engine that is in no Swarm has it, or nobody can tell who does. */
export function isTransientHolder({ program = ENGINE }: TakenPort): boolean {
  return program === ENGINE;
}

/** What is wrong with a port that is taken. */
export function takenPortError({ port, program }: TakenPort): string {
  if (program === ENGINE) {
    return (
      "Docker Engine, though it is in no Swarm, has not let go of this port, which Swarm needs: restart it " +
      "(`systemctl restart docker`)"
    );
  }
  const what = program === undefined ? "something listens" : `${program} listens`;
  return `${what} on this port, which Swarm needs: end it (\`ss -ltnp 'sport = :${port}'\` names it)`;
}
