import type * as pulumi from "@pulumi/pulumi";

/**
 * Changes a child of a component before it is created. It returns the child's arguments, and may change `opts` in place.
 *
 * @param args the arguments that the component has chosen
 * @param opts the child's resource options
 * @param name the child's name
 */
export type Transform<Args> = (args: Args, opts: pulumi.CustomResourceOptions, name: string) => Args;

/** Returns the parameters of a child's constructor, after the transform. */
export function transformed<Args>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  opts: pulumi.CustomResourceOptions,
): [name: string, args: Args, opts: pulumi.CustomResourceOptions] {
  const ownOpts = { ...opts };
  return [name, transform ? transform(args, ownOpts, name) : args, ownOpts];
}
