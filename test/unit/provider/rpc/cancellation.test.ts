import { Metadata, type ServerUnaryCall, type ServiceError } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { beforeAll, expect, test, vi } from "vitest";
import { cutOff } from "../../../../engine/cancellation.ts";
import { handlers } from "../../../../provider/handlers.ts";
import { toStruct } from "../../../../provider/rpc/properties.ts";
import { resourceServer } from "../../../../provider/rpc/resource-server.ts";
import type { ResourceHandler } from "../../../../provider/runtime/resource-handler.ts";

const CANCELLED = "cancelled: run it again to resume";
const URN = "urn:pulumi:dev::project::swarm:index:Service::store";

/** A handler that took the engines which Pulumi's cancellation cut off for unreachable ones, and is content. */
const Content: ResourceHandler<object> = {
  check: async (_olds, inputs) => ({ inputs, failures: [] }),
  diff: async () => ({ changes: false }),
  create: async () => ({ id: "created", outs: { a: 1 } }),
  read: async (id) => ({ id, props: { a: 0 }, inputs: {} }),
  update: async () => ({ outs: { a: 2 } }),
  delete: async () => undefined,
};
const { update: _none, ...Immutable } = Content;

const serve = (handler: ResourceHandler<object>) =>
  resourceServer({ ...handlers, Service: handler }, { version: "9.9.9", during: (_urn, work) => work() });

beforeAll(() => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const { cancel } = serve(Content);
  cancel({ request: new empty.Empty(), metadata: new Metadata() } as ServerUnaryCall<unknown, empty.Empty>, () => {});
  expect(cutOff().aborted).toBe(false);
  vi.advanceTimersByTime(1_000);
  vi.useRealTimers();
  expect(cutOff().aborted).toBe(true);
});

type Verb = "check" | "diff" | "create" | "read" | "update" | "delete";

function requestFor(verb: Verb) {
  switch (verb) {
    case "check":
      return new rpc.CheckRequest();
    case "diff":
      return new rpc.DiffRequest();
    case "create":
      return new rpc.CreateRequest();
    case "read":
      return new rpc.ReadRequest().setProperties(toStruct({ a: 1 }));
    case "update":
      return new rpc.UpdateRequest().setId("id");
    case "delete":
      return new rpc.DeleteRequest();
  }
}

/** Returns the error with which the server answers. */
function errorOf(verb: Verb, handler: ResourceHandler<object>): Promise<Partial<ServiceError> | null> {
  const request = requestFor(verb);
  request.setUrn(URN);
  const method = serve(handler)[verb] as (call: object, answer: (error: Partial<ServiceError> | null) => void) => void;
  return new Promise((done) => method({ request, metadata: new Metadata() }, done));
}

test.each<[Verb, string, ResourceHandler<object>]>([
  ["check", "checks", Content],
  ["diff", "compares", Content],
  ["read", "reads", Content],
  ["delete", "deletes", Content],
  ["create", "creates what it cannot update", Immutable],
])("%s: the result is not recorded if the run was cancelled while the handler %s", async (verb, _what, handler) => {
  expect(await errorOf(verb, handler)).toEqual({ code: 2, details: CANCELLED, message: CANCELLED });
});

test.each<[Verb]>([["create"], ["update"]])("%s: the resource is recorded as unfinished", async (verb) => {
  const error = await errorOf(verb, Content);
  expect(error?.details).toBe(CANCELLED);
  expect(error?.metadata?.get("grpc-status-details-bin")).toHaveLength(1);
});
