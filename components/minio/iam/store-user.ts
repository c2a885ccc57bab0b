import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../../shared/resource.ts";

/** A user in a store. */
export class StoreUser extends SwarmResource {
  declare readonly accessKey: pulumi.Output<string>;
  /** Secret. */
  declare readonly secretKey: pulumi.Output<string>;
  declare readonly policyName: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    const outputs = { policyName: undefined, secretKey: undefined };
    super(
      "User",
      name,
      { ...outputs, enabled: true, ...inputs },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["secretKey"] }),
    );
  }
}
