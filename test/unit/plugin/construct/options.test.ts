import * as pulumi from "@pulumi/pulumi";
import type rpc from "@pulumi/pulumi/proto/resource_pb.js";
import { beforeAll, expect, test } from "vitest";
import { createComponent } from "../../../../plugin/construct/create-component.ts";
import { runProgram } from "../../harness.ts";
import { createReferences, outputsOf, SCHEMA, validArguments } from "./valid-arguments.ts";

const COMPONENTS = Object.entries(SCHEMA.resources)
  .flatMap(([type, { isComponent }]) => (isComponent ? (type.split(":").at(-1) ?? []) : []))
  .toSorted();

type Request = rpc.RegisterResourceRequest;
type Register = (request: Request, done: unknown) => Promise<void>;

/** Returns the registrations of each component's children, by the component's kind. All options are given at once. */
async function registeredChildren() {
  const children: Record<string, Request[]> = {};
  await runProgram(
    async () => {
      const references = createReferences();
      const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
      const register = monitor.registerResource.bind(monitor);
      monitor.registerResource = (request, done) => {
        const parent = /:(\w+)::wrapped\d+$/.exec(request.getParent())?.[1];
        if (parent && request.getCustom()) (children[parent] ??= []).push(request);
        return register(request, done);
      };
      const { provider } = references.swarm;
      const options: pulumi.ComponentResourceOptions = Object.assign({}, ...OPTIONS.map(([, give]) => give(provider)));
      for (const [at, { kind, args }] of validArguments(references).entries())
        await createComponent(`swarm:index:${kind}`, `wrapped${at}`, args, options, SCHEMA);
    },
    { preview: true, outputs: outputsOf },
  );
  return Object.entries(children);
}

/** Components that are about one resource. */
const OF_ONE_RESOURCE = ["MinioBucket", "MinioUser", "NodeSettings", "SwarmService"];

/** Pulumi's resource options, how a child shows that it has them, and the components whose children do. */
const OPTIONS: [
  string,
  (other: pulumi.Resource) => pulumi.ComponentResourceOptions,
  (child: Request) => boolean | undefined,
  string[],
][] = [
  ["retainOnDelete", () => ({ retainOnDelete: true }), (child) => child.getRetainondelete(), OF_ONE_RESOURCE],
  [
    "deletedWith",
    (other) => ({ deletedWith: other }),
    (child) => child.getDeletedwith().endsWith("::swarm-docker"),
    OF_ONE_RESOURCE,
  ],
  [
    "ignoreChanges",
    () => ({ ignoreChanges: ["x"] }),
    (child) => child.getIgnorechangesList().includes("x"),
    OF_ONE_RESOURCE,
  ],
  [
    "replaceOnChanges",
    () => ({ replaceOnChanges: ["x"] }),
    (child) => child.getReplaceonchangesList().includes("x"),
    OF_ONE_RESOURCE,
  ],
  [
    "customTimeouts",
    () => ({ customTimeouts: { create: "1h" } }),
    (child) => child.getCustomtimeouts()?.getCreate() === "1h",
    OF_ONE_RESOURCE,
  ],
  // Children of the others are created after their component, which Pulumi creates after what it depends on.
  [
    "dependsOn",
    (other) => ({ dependsOn: [other] }),
    (child) => child.getDependenciesList().some((urn) => urn.endsWith("::swarm-docker")),
    ["Host", "SshHosts"],
  ],
  [
    "protect",
    () => ({ protect: true }),
    (child) => child.getProtect() || /secret:Secret|serviceConfig:ServiceConfig/.test(child.getType()),
    COMPONENTS,
  ],
];

let children: [string, Request[]][];
beforeAll(async () => {
  children = await registeredChildren();
});

test.each(OPTIONS)(
  "%s on a component reaches the children that docs/components.md names",
  (_option, _give, has, kinds) => {
    expect(children.map(([kind]) => kind).toSorted()).toEqual(COMPONENTS);
    expect(children.flatMap(([kind, all]) => (all.some(has) ? kind : [])).toSorted()).toEqual(kinds);
    expect(children.flatMap(([kind, all]) => (all.every(has) ? kind : [])).toSorted()).toEqual(kinds);
  },
);
