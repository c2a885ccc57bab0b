import { ResourceError } from "../runtime/errors.ts";

/** Returns the error for `pulumi import` of a network. */
export const networkImportError = (id: string) =>
  new ResourceError(
    `network ${id} cannot be imported: declare its component instead; an OverlayNetwork adopts one with adopt: true`,
  );
