import { undefinedIfNotFound } from "../../engine/engine.ts";
import type { NodeAvailability, NodeSpec } from "../../engine/types.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { withManager, optionalManagerFinder, managerFinder } from "./with-manager.ts";
import { needsManagerUpdate, type Managers } from "./manager-pool.ts";
import { updateNodeSpec } from "./node-operations.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

export interface NodeSettingsInputs {
  managers: Managers;
  swarmId: string;
  nodeId: string;
  /** Labels to set. The node keeps its other labels. */
  labels: Record<string, string>;
  /** @default - left as it is */
  availability?: NodeAvailability;
}

/** Labels and availability of one node. Several resources may set different labels of the same node. */
export const NodeSettings: ResourceHandler<NodeSettingsInputs> = {
  async diff(_id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId", "nodeId"]);
    const changed = changedKeys(olds, news, ["labels", "availability"]);
    const changes = replaces.length + changed.length > 0 || needsManagerUpdate(olds.managers, news.managers);
    // The old node first: with both labelled, a service constrained to the label would run on both for a while.
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    await applySettings(inputs, []);
    return { id: inputs.nodeId, outs: inputs };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`settings of node ${id} cannot be imported: declare them instead`);
    const node = await withManager(
      `node ${state.nodeId}`,
      optionalManagerFinder(state),
      async (manager) => manager && undefinedIfNotFound(manager.inspectNode(state.nodeId)),
    );
    if (!node) return NOT_FOUND;
    const kept = Object.keys(state.labels).filter((key) => node.Spec.Labels?.[key] !== undefined);
    const live: NodeSettingsInputs = {
      ...state,
      labels: Object.fromEntries(kept.map((key) => [key, node.Spec.Labels?.[key] ?? ""])),
      ...(state.availability !== undefined && { availability: node.Spec.Availability }),
    };
    return { id, props: live, inputs: live };
  },

  async update(_id, olds, news) {
    await applySettings(news, Object.keys(olds.labels));
    return { outs: news };
  },

  async delete(_id, state) {
    await withManager(`node ${state.nodeId}`, optionalManagerFinder(state), async (manager) => {
      if (!manager || !(await undefinedIfNotFound(manager.inspectNode(state.nodeId)))) return;
      await updateNodeSpec(manager, state.nodeId, (spec) => withoutLabels(spec, Object.keys(state.labels)));
    });
  },
};

async function applySettings(inputs: NodeSettingsInputs, oldLabels: string[]): Promise<void> {
  if (containsUnknown(inputs))
    throw new ResourceError("settings of a node: its id is not known yet: run `pulumi up` once the node exists");
  const wanted = (spec: NodeSpec) => {
    const rest = withoutLabels(spec, oldLabels);
    return {
      ...rest,
      Labels: { ...rest.Labels, ...inputs.labels },
      Availability: inputs.availability ?? spec.Availability,
    };
  };
  await withManager(`node ${inputs.nodeId}`, managerFinder(inputs), (manager) =>
    updateNodeSpec(manager, inputs.nodeId, wanted),
  );
}

function withoutLabels(spec: NodeSpec, labels: string[]): NodeSpec {
  const kept = Object.entries(spec.Labels ?? {}).filter(([key]) => !labels.includes(key));
  return { ...spec, Labels: Object.fromEntries(kept) };
}
