import * as pulumi from "@pulumi/pulumi";
import { sentValue } from "./output-state.ts";

/**
 * Returns a component's options with the whole `deletedWith`. The SDK takes its URN for one of a provider, which an id
 * follows, and so passes the name as an id.
 */
export async function wholeOptions(options: pulumi.ComponentResourceOptions): Promise<pulumi.ComponentResourceOptions> {
  const { deletedWith } = options;
  if (!(deletedWith instanceof pulumi.ProviderResource)) return options;
  const [urn, name] = await Promise.all([sentValue(deletedWith.urn), sentValue(deletedWith.id)]);
  return { ...options, deletedWith: new pulumi.DependencyResource(`${String(urn.value)}::${String(name.value)}`) };
}
