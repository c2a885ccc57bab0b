import type { handleUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import type rpc from "@pulumi/pulumi/proto/provider_pb.js";
import { identifyRunBy } from "../../components/shared/owner.ts";
import { VERSION } from "../../core/version.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { failWith } from "../../provider/rpc/resource-server.ts";
import type { PackageSchema } from "../schema/package-schema.ts";
import { failingWith } from "../uncaught-errors.ts";
import { createComponent } from "./create-component.ts";
import { sdkConstruct } from "./sdk-service.ts";
import { wholeOptions } from "./whole-options.ts";

type Construct = handleUnaryCall<rpc.ConstructRequest, rpc.ConstructResponse>;

/**
 * Returns the method that constructs a component for a program in another language. All components of a run are objects
 * in this process, so that a reference to one is the object itself, as in a TypeScript program.
 */
export function constructMethod(schema: PackageSchema, engineAddress: string): Construct {
  const components = new Map<string, pulumi.ComponentResource>();
  pulumi.runtime.registerResourceModule("swarm", "index", {
    version: VERSION,
    construct: (name, type, urn) => {
      const component = components.get(urn);
      if (component) return component;
      throw new Error(
        `${type} "${name}" is in another provider or stack: give all components of a Swarm the same provider, and no reference to another stack`,
      );
    },
  });
  // The process serves one run, in which each component has its own connection.
  const run = {};
  identifyRunBy(() => run);

  const construct = sdkConstruct(
    {
      version: VERSION,
      async construct(name, type, inputs, options) {
        const { component, state } = await createComponent(type, name, inputs, await wholeOptions(options), schema);
        for (const one of [component, ...componentsIn(state)]) one.urn.apply((urn) => components.set(urn, one));
        return { urn: component.urn, state };
      },
    },
    engineAddress,
  );
  return (call, callback) => {
    const { fail, respondOnce } = once(callback);
    failingWith(fail, () => construct(call, respondOnce));
  };
}

/** Returns components inside a value: a program can refer to those that another component returns. */
function componentsIn(value: unknown): pulumi.ComponentResource[] {
  if (pulumi.ComponentResource.isInstance(value)) return [value];
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return [];
  return Object.values(value).flatMap(componentsIn);
}

/** Responds with the first result, which may be an error that is thrown later in the component's promises. */
function once(callback: sendUnaryData<rpc.ConstructResponse>) {
  let hasResponded = false;
  const respondOnce: typeof callback = (error, response) => {
    if (hasResponded) return;
    hasResponded = true;
    if (error) failWith(callback)(withoutOutput(error));
    else callback(null, response);
  };
  const fail = (error: unknown) => {
    if (hasResponded) return false;
    respondOnce(error as Error);
    return true;
  };
  return { respondOnce, fail };
}

/** Removes the name of the output that the SDK was sending: a component's own message names the argument. */
export function withoutOutput(error: unknown): Error {
  return new Error(errorMessage(error).replace(/^(?:error serializing property "[^"]*": )+/, ""), { cause: error });
}
