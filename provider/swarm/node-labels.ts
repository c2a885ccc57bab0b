import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { inspectInSwarm, managerFinder, withManager } from "./with-manager.ts";
import { needsManagerUpdate, type Managers } from "./manager-pool.ts";
import { updateNodeSpec } from "./node-operations.ts";
import { liveSettings, type NodeSettings, removeLabels, withSettings } from "./node-settings.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

export interface NodeLabelsInputs extends NodeSettings {
  managers: Managers;
  swarmId: string;
  nodeId: string;
  labels: Record<string, string>;
}

/** Labels and availability of one node. Several resources may set different labels of the same node. */
export const NodeLabels: ResourceHandler<NodeLabelsInputs> = {
  recordedOnce: ["managers", "swarmId"] satisfies (keyof NodeLabelsInputs)[],

  async diff(_id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId", "nodeId"]);
    const changed = changedKeys(olds, news, ["labels", "availability"]);
    const changes = replaces.length + changed.length > 0 || needsManagerUpdate(olds.managers, news.managers);
    // Changes the old node first: with both labelled, a service constrained to the label would run on both for a while.
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    await applySettings(inputs, {});
    return { id: inputs.nodeId, outs: inputs };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`settings of node ${id} cannot be imported: declare them instead`);
    const { nodeId } = state;
    const node = await inspectInSwarm(`node ${nodeId}`, state, (manager) => manager.inspectNode(nodeId));
    if (!node) return NOT_FOUND;
    const live: NodeLabelsInputs = { ...state, ...liveSettings(node.Spec, state) };
    return { id, props: live, inputs: live };
  },

  async update(_id, olds, news) {
    await applySettings(news, olds.labels);
    return { outs: news };
  },

  delete: (_id, state) => removeLabels(state, state.nodeId, state.labels),
};

async function applySettings(inputs: NodeLabelsInputs, previousLabels: NodeSettings["labels"]): Promise<void> {
  if (containsUnknown(inputs))
    throw new ResourceError("settings of a node: its id is not known yet: run `pulumi up` once the node exists");
  await withManager(`node ${inputs.nodeId}`, managerFinder(inputs), (manager) =>
    updateNodeSpec(manager, inputs.nodeId, (spec) => withSettings(spec, inputs, previousLabels)),
  );
}
