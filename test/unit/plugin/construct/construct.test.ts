import { Metadata, Server, type ServerUnaryCall, type ServiceError } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import { expect, test } from "vitest";
import { constructMethod, withoutOutput } from "../../../../plugin/construct/construct.ts";
import type { PackageSchema } from "../../../../plugin/schema/package-schema.ts";
import { toStruct } from "../../../../provider/rpc/properties.ts";

const SCHEMA = { resources: {}, types: {} } as unknown as PackageSchema;

test("takes the SDK's implementation of components, and leaves the process as it was", async () => {
  const { addService, bindAsync } = Server.prototype;
  const listeners = () => [process.listeners("unhandledRejection"), process.listeners("uncaughtException")];
  const before = listeners();
  const construct = constructMethod(SCHEMA, "127.0.0.1:1");
  expect([Server.prototype.addService, Server.prototype.bindAsync]).toEqual([addService, bindAsync]);
  expect(listeners()).toEqual(before);

  const request = new rpc.ConstructRequest();
  request.setType("swarm:index:Spaceship");
  request.setName("x");
  request.setInputs(toStruct({}));
  const call = { request, metadata: new Metadata() } as ServerUnaryCall<rpc.ConstructRequest, rpc.ConstructResponse>;
  const error = await new Promise<Partial<ServiceError> | null>((done) => construct(call, (failure) => done(failure)));
  expect(error?.details).toMatch(/^component swarm:index:Spaceship: does not exist in pulumi-swarm \d/);
});

test.each([
  ['error serializing property "endpoint": MinioService "store": image "": must be given'],
  ['error serializing property "a": error serializing property "b": MinioService "store": image "": must be given'],
  ['MinioService "store": image "": must be given'],
])("an error does not name the output that it prevents: %s", (message) => {
  expect(withoutOutput(new Error(message)).message).toBe('MinioService "store": image "": must be given');
});
