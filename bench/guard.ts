import type { Engine } from "../engine/engine.ts";
import { stackFilter } from "../commands/exec/container.ts";

/** By this label everything is known that `docker-cli.sh` makes. */
export const BENCH_LABEL = "pulumi-swarm-bench";

/** What the benchmark finds on the engine before it begins. */
export interface EngineState {
  stack: string;
  /** Where the engine is. */
  engine: string;
  /** The Swarm the engine is in. */
  swarmId?: string;
  /** The Swarm of the stack, when it is up. */
  stackSwarmId?: string;
  /** Volumes that hold the stack's data. */
  volumes: string[];
  /** Whether an earlier run of `docker-cli.sh` was killed and left its Swarm. */
  hasOrphanedBenchmark: boolean;
}

/** What the benchmark may do: nothing of the user's is touched without a word. */
export interface BenchPermission {
  /** Whether the parts chosen take the stack down, its data with it. */
  destroys: boolean;
  /** `--yes`. */
  yes: boolean;
}

/** Why the benchmark must not run here, with the way out. */
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
