import type { Owner } from "../../core/labels.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { stateOnlyHandler } from "./state-only-handler.ts";

export interface CreationOwnerInputs {
  /** The owner at the time the resource was created. */
  owner: Owner;
}

/**
 * The owner recorded in the labels of a component's networks, secrets and configs. Docker cannot change their labels, so
 * the labels stay the same when the stack or the component is renamed: other labels would replace the objects.
 */
export const CreationOwner: ResourceHandler<CreationOwnerInputs> = {
  ...stateOnlyHandler<CreationOwnerInputs>((id) => `creation owner ${id} cannot be imported`),

  async check(olds, news) {
    return { inputs: { owner: olds.owner ?? news.owner }, failures: [] };
  },
};
