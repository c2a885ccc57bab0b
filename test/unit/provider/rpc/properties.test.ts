import { describe, expect, test } from "vitest";
import { fromStruct, toStruct } from "../../../../provider/rpc/properties.ts";

/** A secret in Pulumi's wire format. */
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

describe("properties of a request", () => {
  test.each([
    ["plain data", { a: [1, { b: null }] }, { a: [1, { b: null }] }],
    ["a secret", { a: secret("x") }, { a: "x" }],
    ["secrets inside", { a: { b: [secret({ c: secret(1) })] } }, { a: { b: [{ c: 1 }] } }],
  ])("are plain data: %s", (_case, wire, plain) => {
    expect(fromStruct(toStruct(wire))).toEqual(plain);
  });
});

describe("properties of a response", () => {
  test.each([
    ["nothing, if the request has no secret", { a: 1 }, { a: 2 }, { a: 2 }],
    ["a field that is secret in the request", { a: secret(1), b: 1 }, { a: 2, b: 2 }, { a: secret(2), b: 2 }],
    ["a field inside an object", { a: { b: secret(1), c: 1 } }, { a: { b: 2, c: 2 } }, { a: { b: secret(2), c: 2 } }],
    ["a list with a secret in it", { a: [1, secret(2)] }, { a: [3] }, { a: secret([3]) }],
    ["an object that was secret as a whole", { a: secret({ b: 1 }) }, { a: { b: 2 } }, { a: secret({ b: 2 }) }],
    ["a field that became an object", { a: { b: secret(1) } }, { a: "text" }, { a: secret("text") }],
    ["no field that the response lacks", { a: secret(1) }, { b: 1, c: undefined }, { b: 1 }],
  ])("mark as secret %s", (_case, request, properties, wire) => {
    expect(toStruct(properties, toStruct(request)).toJavaScript()).toEqual(wire);
  });

  test.each([
    ["a property that is always secret", { a: 1, b: { c: 1 } }, { a: 1, b: secret({ c: 1 }) }],
    ["an empty one", { b: "" }, { b: secret("") }],
    ["none that the response lacks", { a: 1, b: undefined }, { a: 1 }],
  ])("mark without any request %s", (_case, properties, wire) => {
    expect(toStruct(properties, undefined, ["b"]).toJavaScript()).toEqual(wire);
  });
});
