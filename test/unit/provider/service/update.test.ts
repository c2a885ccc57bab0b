import { expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { Service } from "../../../../provider/service/service.ts";
import { type ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { withFakeTime, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start } = withFakeTime();

const plain = () => specOf("a");
const container = (more: object): ServiceSpec => ({
  ...plain(),
  TaskTemplate: { ContainerSpec: { Image: "a", ...more } },
});
const task = (more: object): ServiceSpec => ({ ...plain(), TaskTemplate: { ...plain().TaskTemplate, ...more } });

const ports = {
  Ports: [{ Protocol: "tcp" as const, TargetPort: 80, PublishedPort: 8080, PublishMode: "host" as const }],
};

/** Optional fields of a spec and how to read them from Swarm. */
const FIELDS: [what: string, withIt: ServiceSpec, live: (spec: ServiceSpec) => unknown][] = [
  ["a variable", container({ Env: ["X=1"] }), ({ TaskTemplate }) => TaskTemplate.ContainerSpec.Env],
  [
    "a health check",
    container({ Healthcheck: { Test: ["CMD", "x"] } }),
    (spec) => spec.TaskTemplate.ContainerSpec.Healthcheck,
  ],
  ["a limit", task({ Resources: { Limits: { NanoCPUs: 1e9 } } }), ({ TaskTemplate }) => TaskTemplate.Resources],
  [
    "a constraint",
    task({ Placement: { Constraints: ["node.role == manager"] } }),
    (spec) => spec.TaskTemplate.Placement,
  ],
  ["a port", { ...plain(), EndpointSpec: { Mode: "vip", ...ports } }, ({ EndpointSpec }) => EndpointSpec?.Ports],
];
const GATES: [string, Partial<ServiceInputs>][] = [
  ["by Swarm's updater", {}],
  ["with a maintenance check", { maintenanceCommand: ["may-go"] }],
];
const ROWS = FIELDS.flatMap(([what, ...fields]) =>
  GATES.map(([way, more]): [string, string, ServiceSpec, (spec: ServiceSpec) => unknown, Partial<ServiceInputs>] => [
    ...([what, way] as const),
    ...fields,
    more,
  ]),
);

test.each(ROWS)("removes %s that is no longer declared, %s", async (_what, _way, withIt, live, more) => {
  const scene = await start(1);
  const checked = async (spec: ServiceSpec, olds: object) =>
    (await Service.check!(olds, { ...scene.service(spec), ...more })).inputs;
  const before = await checked(withIt, {});
  const { id, outs } = await advanceUntilSettled(Service.create(before));
  expect(live(scene.swarm.services.get(id).Spec)).toBeDefined();
  const after = await checked(plain(), outs);
  expect(after.rollout?.mode).toBe("one-by-one");
  await advanceUntilSettled(Service.update!(id, outs, after));
  expect(live(scene.swarm.services.get(id).Spec)).toBeUndefined();
  expect(scene.tasks).toHaveLength(2);
  expect(scene.taskStates()).toEqual({ host1: "a running" });
});
