import { expect, test } from "vitest";
import { hideCallStack } from "../../../../components/shared/call-stack.ts";
import { runProgram } from "../../harness.ts";
import { Host } from "../../../../components/hosts/host.ts";

test("the text of a call stack is empty until it is shown again", () => {
  const former = Error.prepareStackTrace;
  const show = hideCallStack();
  const hidden = new Error("hidden").stack;
  show();
  expect(hidden).toBe("Error: hidden");
  expect(new Error("shown").stack).toContain("call-stack.test.ts");
  expect(Error.prepareStackTrace).toBe(former);
});

test("neither a component nor its resources record a call stack", async () => {
  const { resources } = await runProgram(() => new Host("laptop", { hostname: "laptop" }));
  expect(resources.map(({ name, callStack }) => [name, callStack])).toEqual([
    ["laptop", []],
    ["laptop-machine", []],
  ]);
});

test("a component that cannot be registered shows call stacks again", async () => {
  const former = Error.prepareStackTrace;
  await expect(runProgram(() => new Host("", { key: "laptop", hostname: "laptop" }))).rejects.toThrow();
  expect(Error.prepareStackTrace).toBe(former);
});
