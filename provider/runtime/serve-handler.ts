import { EngineError, UnreachableError } from "../../engine/transport.ts";
import { escapeControlCharacters } from "../../core/escape-control-characters.ts";
import type { CheckResult, ResourceHandler } from "./resource-handler.ts";

/**
 * A handler as Pulumi calls it: Pulumi's wire format has no `undefined`, so fields without a value are left out; and
 * Pulumi prints a failure's stack trace, which tells nothing where an engine said no, or nothing at all.
 */
export function toDynamicProvider<Inputs extends object, State extends Inputs>(
  handler: ResourceHandler<Inputs, State>,
): ResourceHandler<Inputs, State> {
  const { check, update, delete: remove } = handler;
  return {
    ...handler,
    check: check && ((olds, news) => answer(checked(check(olds, news)))),
    diff: (id, olds, news) => answer(handler.diff(id, olds, news)),
    create: (inputs) => answer(handler.create(inputs)),
    read: (id, state) => answer(handler.read(id, state)),
    update: update && ((id, olds, news) => answer(update(id, olds, news))),
    delete: remove && ((id, state) => answer(remove(id, state))),
  };
}

async function answer<T>(work: Promise<T>): Promise<T> {
  try {
    return defined(await work);
  } catch (error) {
    if (error instanceof Error) {
      const { message, stack } = error;
      const saysAll = error instanceof EngineError || error instanceof UnreachableError;
      // Errors of the platform, such as a timeout's, have only getters for these.
      rewrite(error, "message", escapeControlCharacters(message));
      rewrite(error, "stack", escapeControlCharacters(saysAll ? message : (stack ?? message)));
    }
    throw error;
  }
}

function rewrite(error: Error, field: "message" | "stack", value: string): void {
  Object.defineProperty(error, field, { value, configurable: true, enumerable: false, writable: true });
}

async function checked<Inputs>(work: Promise<CheckResult<Inputs>>): Promise<CheckResult<Inputs>> {
  const { inputs, failures } = await work;
  return {
    inputs,
    failures: failures.map((failure) => ({ ...failure, reason: escapeControlCharacters(failure.reason) })),
  };
}

function defined<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
