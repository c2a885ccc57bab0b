import { type handleUnaryCall, Server, type UntypedServiceImplementation } from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import type rpc from "@pulumi/pulumi/proto/provider_pb.js";

type Construct = handleUnaryCall<rpc.ConstructRequest, rpc.ConstructResponse>;

/**
 * Events for which the SDK's handlers would report errors of other resources as errors of components, with stack
 * traces.
 */
const UNCAUGHT = ["unhandledRejection", "uncaughtException"];

/**
 * Returns the SDK's own implementation of components in a plugin. Its one public function, `provider.main`, starts a
 * whole plugin. This runs it up to the point at which its server would listen, and takes the service from the server.
 */
export function sdkConstruct(provider: pulumi.provider.Provider, engineAddress: string): Construct {
  const { addService, bindAsync } = Server.prototype;
  const listeners = UNCAUGHT.map((event) => process.listeners(event as "uncaughtException"));
  let service: UntypedServiceImplementation | undefined;
  Server.prototype.addService = (_definition, implementation) => void (service = implementation);
  Server.prototype.bindAsync = () => undefined;
  try {
    void pulumi.provider.main(provider, [engineAddress]);
  } finally {
    Object.assign(Server.prototype, { addService, bindAsync });
    UNCAUGHT.forEach((event, at) => {
      for (const added of process.listeners(event as "uncaughtException"))
        if (!listeners[at]?.includes(added)) process.removeListener(event, added);
    });
  }
  const construct = service?.["construct"] as Construct | undefined;
  if (!service || !construct) throw new Error("this version of @pulumi/pulumi cannot construct components in a plugin");
  return construct.bind(service);
}
