import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { handleUnaryCall } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import { failWith } from "../provider/rpc/resource-server.ts";
import type { PackageSchema } from "./schema/package-schema.ts";

type Method<Request, Response> = handleUnaryCall<Request, Response>;

/** Next to this file, and next to the package's bundle. */
const SCHEMA = join(import.meta.dirname, "schema.json");

/** Returns the methods for programs in other languages. TypeScript programs construct the components themselves. */
export function componentServer(engineAddress: string) {
  let construct: Promise<Method<rpc.ConstructRequest, rpc.ConstructResponse>> | undefined;
  const load = async () => {
    const schema = JSON.parse(await readFile(SCHEMA, "utf8")) as PackageSchema;
    const { constructMethod } = await import("./construct/construct.ts");
    return constructMethod(schema, engineAddress);
  };
  const getSchema: Method<rpc.GetSchemaRequest, rpc.GetSchemaResponse> = (_call, callback) => {
    const response = new rpc.GetSchemaResponse();
    readFile(SCHEMA, "utf8").then((schema) => callback(null, response.setSchema(schema)), failWith(callback));
  };
  return {
    getSchema,
    construct: ((call, callback) => {
      construct ??= load();
      construct.then((method) => method(call, callback), failWith(callback));
    }) satisfies Method<rpc.ConstructRequest, rpc.ConstructResponse>,
  };
}
