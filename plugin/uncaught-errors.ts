import { AsyncLocalStorage } from "node:async_hooks";
import { escapeControlCharacters } from "../core/escape-control-characters.ts";
import { errorMessage } from "../engine/error-message.ts";

/** Fails the work that an uncaught error belongs to. Returns whether that work was still running. */
type Fail = (error: unknown) => boolean;

const current = new AsyncLocalStorage<Fail>();

/** Runs work, and passes its uncaught errors to `fail`. */
export function failingWith<T>(fail: Fail, work: () => T): T {
  return current.run(fail, work);
}

/**
 * Keeps the plugin alive after the rejection of a promise without a handler: a request that nothing waits for any more
 * may fail, and that must not end the work on all other resources.
 */
export function handleUncaughtErrors(): void {
  process.on("unhandledRejection", (error) => {
    if (!fails(error)) print(error);
  });
  process.on("uncaughtException", (error) => {
    if (fails(error)) return;
    print(error);
    process.exit(1);
  });
}

const fails = (error: unknown) => current.getStore()?.(error) ?? false;

/** Prints the message only: an error may contain a resource's properties, secrets among them. */
function print(error: unknown): void {
  process.stderr.write(`${escapeControlCharacters(errorMessage(error))}\n`);
}
