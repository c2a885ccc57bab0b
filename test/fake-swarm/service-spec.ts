import type { ServiceSpec, TaskSpec } from "../../engine/types.ts";

/** Returns a spec as the Engine returns it, with the defaults that it adds. */
export function toReturnedSpec(asked: ServiceSpec): ServiceSpec {
  const spec = structuredClone(asked);
  const { TaskTemplate, UpdateConfig } = spec;
  const added = { ForceUpdate: 0, Runtime: "container" };
  return {
    ...spec,
    Labels: spec.Labels ?? {},
    TaskTemplate: {
      ...{ ...added, ...TaskTemplate },
      ContainerSpec: { ...{ Isolation: "default" }, ...TaskTemplate.ContainerSpec },
    },
    ...(UpdateConfig && {
      UpdateConfig: { MaxFailureRatio: 0, ...UpdateConfig, Delay: UpdateConfig.Delay || undefined },
    }),
  };
}

/** Returns the spec of the service's tasks, without the defaults that the Engine adds only to services. */
export function toTaskSpec({ TaskTemplate }: ServiceSpec): TaskSpec {
  const { Runtime: _runtime, ...told } = structuredClone(TaskTemplate) as TaskSpec & { Runtime?: string };
  return told;
}
