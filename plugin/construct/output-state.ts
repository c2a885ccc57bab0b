import * as pulumi from "@pulumi/pulumi";

/** The state of an Output, which is not among the public types of the SDK. */
interface OutputState {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise(): Promise<unknown>;
}

/** A value that another language has sent, without the Output around it. */
export interface SentValue {
  value: unknown;
  isKnown: boolean;
  isSecret: boolean;
}

/** Returns what is in an Output, if the value is one. Other languages send it with its value. */
export async function sentValue(given: unknown): Promise<SentValue> {
  if (!pulumi.Output.isInstance(given)) return { value: given, isKnown: true, isSecret: false };
  const output = given as unknown as OutputState;
  const [isKnown, isSecret] = await Promise.all([output.isKnown, output.isSecret]);
  return { value: isKnown ? await output.promise() : undefined, isKnown, isSecret };
}
