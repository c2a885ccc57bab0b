import { Metadata, Server, type ServerUnaryCall, type ServiceError } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import { expect, test } from "vitest";
import { constructMethod } from "../../../../plugin/construct/construct.ts";
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
