import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "./labels.ts";

/** Who owns what the resource of this logical name makes in an engine: this project's and stack's program. */
export function ownerOf(name: string): Owner {
  return { project: pulumi.getProject(), stack: pulumi.getStack(), name };
}
