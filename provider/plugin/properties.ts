import struct from "google-protobuf/google/protobuf/struct_pb.js";

type Struct = struct.Struct;

/** Returns a request's properties as plain data. A value that is not known yet is Pulumi's sentinel. */
export function fromStruct<T extends object>(properties: Struct | undefined): T {
  return (properties?.toJavaScript() ?? {}) as T;
}

/** Returns properties in Pulumi's wire format, which has no `undefined`. */
export function toStruct(properties: object): Struct {
  return struct.Struct.fromJavaScript(
    JSON.parse(JSON.stringify(properties)) as Parameters<typeof struct.Struct.fromJavaScript>[0],
  );
}
