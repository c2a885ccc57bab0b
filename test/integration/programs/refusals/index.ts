import * as pulumi from "@pulumi/pulumi";
import { RefusedError } from "../../../../components/shared/refusal.ts";
import { WRONG_ARGUMENTS } from "./cases.ts";

/** Tries them all, and ends as a program ends that has all these faults at once. */
const lines = WRONG_ARGUMENTS.map(({ what, make }, at) => {
  try {
    make(`case${at}`);
    return `NOT REFUSED: ${what}`;
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
});

throw new pulumi.RunError(lines.join("\n"));
