import type { ServiceSpec } from "../../components/engine/types.ts";

/** A service's settings as the Engine gives them back: with what it adds of its own. */
export function asRead(asked: ServiceSpec): ServiceSpec {
  const spec = structuredClone(asked);
  const { TaskTemplate } = spec;
  const added = { ForceUpdate: 0, Runtime: "container" };
  return {
    ...spec,
    Labels: spec.Labels ?? {},
    TaskTemplate: {
      ...{ ...added, ...TaskTemplate },
      ContainerSpec: { ...{ Isolation: "default" }, ...TaskTemplate.ContainerSpec },
    },
    EndpointSpec: spec.EndpointSpec ?? { Mode: "vip" },
  };
}
