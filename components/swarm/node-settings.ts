import type * as pulumi from "@pulumi/pulumi";
import { validateHostKeys } from "../../core/host-keys.ts";
import type { NodeAvailability } from "../../engine/types.ts";
import { onlyChildOptions, SwarmComponent } from "../shared/component.ts";
import { NodeLabels } from "./node-labels.ts";
import type { Swarm } from "./swarm.ts";
import { validateAvailability } from "./validation.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

/** A node and its settings. */
export interface NodeSettingsArgs {
  /** The Swarm the node belongs to. */
  swarm: Swarm;
  /** Key of the node's host. Plain: it is looked up among the Swarm's hosts. */
  host: string;
  /** Labels of the node. Its other labels stay unchanged, so several resources can set labels on one node. */
  labels: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Availability: `active` takes tasks, `pause` only keeps those it has, `drain` moves them away.
   * @default - unchanged
   */
  availability?: pulumi.Input<NodeAvailability>;
}

/**
 * Labels and availability of one node of a Swarm, in addition to those of its `Host` and of `Swarm.availability`.
 *
 * @example new NodeSettings("fast", { swarm, host: "a", labels: { disk: "ssd" } });
 */
export class NodeSettings extends SwarmComponent {
  constructor(name: string, args: NodeSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("NodeSettings", name, args);
    const { swarm, ...settings } = args;
    rejectIssues(`NodeSettings "${name}"`, [
      ...validateHostKeys("host", [settings.host], Object.keys(swarm.hosts)),
      ...validateAvailability("availability", settings.availability),
    ]);
    super("NodeSettings", name, args, opts);
    new NodeLabels(`${name}-node`, { swarm, ...settings }, onlyChildOptions(this, opts));
    this.registerOutputs({});
  }
}
