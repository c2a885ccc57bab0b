import type { Engine } from "../engine/engine.ts";
import { stackFilter } from "../commands/exec/container.ts";

/** The label of everything that `docker-cli.sh` creates. */
export const BENCH_LABEL = "pulumi-swarm-bench";

/** The engine before the benchmark. */
export interface EngineState {
  stack: string;
  /** The engine's address. */
  engine: string;
  /** The engine's Swarm. */
  swarmId?: string;
  /** The stack's Swarm, if it is up. */
  stackSwarmId?: string;
  /** Volumes with the stack's data. */
  volumes: string[];
  /** Whether a killed run of `docker-cli.sh` has left its Swarm. */
  hasOrphanedBenchmark: boolean;
}

/** The effect of the selected parts on the user's data, and the user's permission for it. */
export interface BenchPermission {
  /** Whether the selected parts destroy the stack with its data. */
  destroys: boolean;
  /** `--yes`. */
  yes: boolean;
}

/** Returns why the benchmark must not run here and how to fix it; undefined if it may. */
export function refusalReason(found: EngineState, { destroys, yes }: BenchPermission): string | undefined {
  const { stack, engine, swarmId, stackSwarmId, volumes, hasOrphanedBenchmark } = found;
  if (swarmId !== undefined && swarmId !== stackSwarmId && !hasOrphanedBenchmark) {
    return (
      `the engine at ${engine} is in Swarm ${swarmId}, which is not that of stack ${stack}: ` +
      "point DOCKER_HOST to another engine, or have this one leave it"
    );
  }
  if (!destroys || yes) return undefined;
  const again =
    "go on with `npm run bench -- --yes`, or measure only what destroys nothing: `npm run bench -- preview`";
  if (stackSwarmId !== undefined)
    return `stack ${stack} is up, and this benchmark takes it down with its data: ${again}`;
  if (volumes.length > 0) {
    return `volumes ${volumes.join(", ")} hold data of stack ${stack}, and this benchmark deletes them: ${again}`;
  }
  return undefined;
}

export async function inspectEngine(
  engine: Engine,
  stack: { project: string; stack: string; swarmId?: string },
): Promise<EngineState> {
  const { Swarm } = await engine.info();
  const active = Swarm.LocalNodeState !== "inactive";
  const [volumes, networks] = await Promise.all([
    engine.listVolumes(stackFilter(stack)),
    active && Swarm.ControlAvailable ? engine.listNetworks({ label: [BENCH_LABEL] }) : [],
  ]);
  return {
    stack: stack.stack,
    engine: engine.connection.host,
    swarmId: active ? (Swarm.Cluster?.ID ?? "(unknown)") : undefined,
    stackSwarmId: stack.swarmId,
    volumes: volumes.map(({ Name }) => Name).toSorted(),
    hasOrphanedBenchmark: networks.length > 0,
  };
}
