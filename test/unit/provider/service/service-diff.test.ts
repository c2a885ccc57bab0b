import { expect, test } from "vitest";
import { Service } from "../../../../provider/service/service.ts";
import type { ServiceState } from "../../../../provider/service/service-inputs.ts";

const stateOf = (more: Partial<ServiceState>) =>
  ({ managers: {}, nodes: {}, spec: { Name: "store" }, ...more }) as unknown as ServiceState;

test.each([
  ["a lower value", 16, 1],
  ["a higher value", 1, 16],
  ["set", undefined, 16],
  ["removed", 16, undefined],
])("minReadySeconds alone does not change a service: %s", async (_what, before, now) => {
  const inputs = (minReadySeconds?: number, timeoutSeconds = 60) =>
    stateOf({ tasks: 1, timeoutSeconds, minReadySeconds });
  expect(await Service.diff("id", inputs(before), inputs(now))).toMatchObject({ changes: false, replaces: [] });
  expect(await Service.diff("id", inputs(before), inputs(now, 30))).toMatchObject({ changes: true, replaces: [] });
});

test("a service is updated, not replaced, when one of its hosts has joined as another node", async () => {
  const connection = { host: "ssh://h" };
  const inputs = (b: string) => stateOf({ nodes: { a: { nodeId: "1", connection }, b: { nodeId: b, connection } } });
  expect(await Service.diff("id", inputs("2"), inputs("2"))).toMatchObject({ changes: false, replaces: [] });
  expect(await Service.diff("id", inputs("2"), inputs("4"))).toMatchObject({ changes: true, replaces: [] });
});
