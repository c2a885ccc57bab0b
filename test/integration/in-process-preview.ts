import * as pulumi from "@pulumi/pulumi";
import { nameFromUrn } from "../../commands/lib/events.ts";
import type { ResourceHandler } from "../../provider/runtime/resource-handler.ts";
import { handlers } from "../../provider/handlers.ts";
import { createStack } from "../../stacks/index.ts";
import { configure, runProgram } from "../unit/harness.ts";
import type { StateResource } from "./stack.ts";

const HANDLERS: Record<string, ResourceHandler<object>> = handlers;

/**
 * Returns the lines with which a preview of this repository's stack is refused. Runs program and provider in this
 * process, against the real engine: the CLI starts three processes for each preview, which takes seconds.
 *
 * @param recorded the stack's state, secrets decrypted @default - an empty state
 */
export async function previewRefusals(
  config: Record<string, unknown>,
  recorded: readonly StateResource[] = [],
): Promise<string[]> {
  const record = (type: string, name: string) =>
    recorded.find((one) => one.type === type && nameFromUrn(one.urn) === name);
  const state = Object.fromEntries(recorded.map((one) => [one.urn, one] as const));
  configure(config);
  try {
    const { resources } = await runProgram(createStack, {
      preview: true,
      ids: (type, name) => record(type, name)?.id,
      outputs: (type, name) => record(type, name)?.outputs ?? {},
      answers: (token, inputs) => (token === "pulumi:pulumi:readStackResourceOutputs" ? { outputs: state } : inputs),
    });
    const checked = resources.map(async ({ type, name, inputs }) => {
      const handler = HANDLERS[/^swarm:index:(\w+)$/.exec(type)?.[1] ?? ""];
      const result = await handler?.check?.(record(type, name)?.inputs ?? {}, inputs);
      return result?.failures.flatMap(({ reason }) => reason.split("\n")) ?? [];
    });
    return (await Promise.all(checked)).flat();
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return error.message.split("\n");
    throw error;
  } finally {
    pulumi.runtime.setAllConfig({});
  }
}
