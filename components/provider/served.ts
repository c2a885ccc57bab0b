import type { ResourceHandler } from "./handler.ts";

/** A handler as Pulumi calls it: Pulumi's wire format has no `undefined`, so fields without a value are left out. */
export function served<Inputs extends object, State extends Inputs>(
  handler: ResourceHandler<Inputs, State>,
): ResourceHandler<Inputs, State> {
  const { check, update } = handler;
  return {
    ...handler,
    check: check && (async (olds, news) => defined(await check(olds, news))),
    create: async (inputs) => defined(await handler.create(inputs)),
    read: async (id, state) => defined(await handler.read(id, state)),
    update: update && (async (id, olds, news) => defined(await update(id, olds, news))),
  };
}

function defined<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
