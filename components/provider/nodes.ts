import { type Engine, orMissing } from "../engine/engine.ts";
import { EngineError } from "../engine/transport.ts";
import type { NodeSpec } from "../engine/types.ts";
import { same } from "../provider/values.ts";
import { done, notYet, waitFor } from "./wait.ts";
import { ResourceProblem } from "./values.ts";

/**
 * Changes a node's spec. Node settings are written whole against a version; when somebody else wrote in between, the
 * change is made again on what is there now.
 */
export async function changeNode(manager: Engine, id: string, change: (spec: NodeSpec) => NodeSpec): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { Spec, Version } = await manager.node(id);
    const wanted = change(Spec);
    if (same(Spec, wanted)) return;
    try {
      return await manager.updateNode(id, Version.Index, wanted);
    } catch (error) {
      const outdated = error instanceof EngineError && /update out of sequence/.test(error.message);
      if (!outdated || attempt === 5) throw error;
    }
  }
}

/** Moves a node's tasks elsewhere and waits until the last one has ended. */
export async function drainNode(manager: Engine, id: string, limitSeconds: number): Promise<void> {
  await changeNode(manager, id, (spec) => ({ ...spec, Availability: "drain" }));
  await waitFor(
    async () => {
      const tasks = await manager.tasks({ node: [id] });
      const running = tasks.filter((task) => task.Status.State === "running");
      return running.length === 0 ? done(undefined) : notYet(`${running.length} tasks still run there`);
    },
    { what: `draining node ${id}`, limitSeconds },
    (because) => new ResourceProblem(`node ${id} was not drained within ${limitSeconds} s: ${because}`),
  );
}

/** Takes a node out of the Swarm's list once it has left; by force when it will not come back to say so. */
export async function forgetNode(manager: Engine, id: string, limitSeconds: number): Promise<void> {
  await waitFor(
    async () => {
      const node = await orMissing(manager.node(id));
      return !node || node.Status.State === "down" ? done(undefined) : notYet(`it is still ${node.Status.State}`);
    },
    { what: `node ${id} leaving`, limitSeconds },
    (because) => new ResourceProblem(`node ${id} did not leave within ${limitSeconds} s: ${because}`),
  );
  await orMissing(manager.removeNode(id, true));
}
