import struct from "google-protobuf/google/protobuf/struct_pb.js";

type Struct = struct.Struct;

/** The key that marks an object as a value of another kind, in Pulumi's wire format. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** Its value for secrets. */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Returns a request's properties as plain data, secrets included. A value that is not known yet is Pulumi's sentinel. */
export function fromStruct<T extends object>(properties: Struct | undefined): T {
  return withoutMarks(properties?.toJavaScript() ?? {}) as T;
}

/**
 * Returns properties in Pulumi's wire format, which has no `undefined`.
 *
 * @param request properties of the request: fields that are secret in it are secret in the result too
 * @param secrets properties that are secret in any case
 */
export function toStruct(properties: object, request?: Struct, secrets: readonly string[] = []): Struct {
  const plain = JSON.parse(JSON.stringify(properties)) as Fields;
  const source = { ...request?.toJavaScript(), ...Object.fromEntries(secrets.map((key) => [key, SECRET_MARK])) };
  const marked = withSecretsOf(source, plain);
  return struct.Struct.fromJavaScript(marked as Parameters<typeof struct.Struct.fromJavaScript>[0]);
}

type Fields = Record<string, unknown>;

const SECRET_MARK = { [SIGNATURE]: SECRET };

function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (!isObject(value)) return value;
  if (isSecret(value)) return withoutMarks(value["value"]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutMarks(inner)]));
}

/** Marks each field that is secret in `source`. A list with a secret in it becomes secret as a whole. */
function withSecretsOf(source: Fields, fields: Fields): Fields {
  const mark = (from: unknown, value: unknown): unknown => {
    if (isObject(from) && !isSecret(from) && isObject(value)) return withSecretsOf(from, value);
    return containsSecret(from) ? { ...SECRET_MARK, value } : value;
  };
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, mark(source[key], value)]));
}

function containsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (isObject(value) && isSecret(value)) || Object.values(value).some(containsSecret);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: Fields): boolean {
  return value[SIGNATURE] === SECRET;
}
