import { expect, test } from "vitest";
import { outputsOf, stateFrom } from "../../../../provider/rpc/recorded-once.ts";

const inputs = { managers: { a: 1 }, role: "worker" };
const state = { ...inputs, address: "10.0.0.1" };

test.each<[string, readonly string[] | undefined, object]>([
  ["without such inputs", undefined, state],
  ["with one", ["managers"], { role: "worker", address: "10.0.0.1" }],
  ["with one that is not given", ["labels"], state],
])("the state comes back from its outputs and inputs, %s", (_what, once, outputs) => {
  expect(outputsOf(state, once)).toEqual(outputs);
  expect(stateFrom(outputs, inputs, once)).toEqual(state);
});

test("other inputs do not become part of the state", () => {
  expect(stateFrom({ role: "manager" }, { ...inputs, labels: { a: "1" } }, ["managers"])).toEqual({
    managers: { a: 1 },
    role: "manager",
  });
});

test("an output wins over the input, as in a state that was recorded before the input was recorded once", () => {
  expect(stateFrom({ managers: { b: 2 } }, inputs, ["managers"])).toEqual({ managers: { b: 2 } });
});
