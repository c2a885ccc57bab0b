import type { ServiceSpec, TaskSpec } from "../../engine/types.ts";

/** A service's settings as the Engine gives them back: with what it adds of its own. */
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

/** The settings as a task of the service tells them: without what the Engine only adds to a service. */
export function toTaskSpec({ TaskTemplate }: ServiceSpec): TaskSpec {
  const { Runtime: _runtime, ...told } = structuredClone(TaskTemplate) as TaskSpec & { Runtime?: string };
  return told;
}
