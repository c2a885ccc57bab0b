import * as pulumi from "@pulumi/pulumi";
import { hideCallStack } from "./call-stack.ts";

/** A component of this package. Its resource records the arguments, so that `transforms` and policies see them. */
export abstract class SwarmComponent extends pulumi.ComponentResource {
  /** @param args the component's arguments, every secret one wrapped by `pulumi.secret` */
  protected constructor(kind: string, name: string, args: object, opts?: pulumi.ComponentResourceOptions) {
    const showCallStack = hideCallStack();
    try {
      super(`swarm:index:${kind}`, name, recordedArguments(args), opts);
    } finally {
      showCallStack();
    }
  }
}

/**
 * Returns the arguments that are data. Functions cannot be recorded. A component recorded as a reference would make this
 * one wait for all resources in the other, which never exist if this one is among them: `new MinioBucket("photos",
 * { store }, { parent: store })`.
 */
export function recordedArguments(args: object): pulumi.Inputs {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => isData(value)));
}

function isData(value: unknown): boolean {
  if (typeof value === "function" || pulumi.Resource.isInstance(value)) return false;
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return true;
  return Object.values(value).every((part) => typeof part !== "function" && !pulumi.Resource.isInstance(part));
}

/** Returns the options of a component's only child, including those about properties, which Pulumi does not pass on. */
export function onlyChildOptions(
  parent: pulumi.Resource,
  {
    ignoreChanges,
    replaceOnChanges,
    retainOnDelete,
    deletedWith,
    customTimeouts,
  }: pulumi.ComponentResourceOptions = {},
): pulumi.CustomResourceOptions {
  return { parent, ignoreChanges, replaceOnChanges, retainOnDelete, deletedWith, customTimeouts };
}

/** Returns the value as a secret; undefined if it is not given. */
export function secretInput<T>(value: pulumi.Input<T> | undefined): pulumi.Output<pulumi.Unwrap<T>> | undefined {
  return value === undefined ? undefined : pulumi.secret(value);
}
