import type * as pulumi from "@pulumi/pulumi";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { knownValue } from "../shared/inputs.ts";

/** A login at the registry of an image. */
export interface RegistryCredentials {
  /** The user name. Some registries want a fixed one, such as `AWS` or `oauth2accesstoken`. */
  username: pulumi.Input<string>;
  /** Password or access token. @secret */
  password: pulumi.Input<string>;
}

/** The argument for a login, in all components with an image. */
export interface RegistryLoginArgs {
  /**
   * Login at the image's registry, for images that are not public. The engines pull the image with it; a login that the
   * registry rejects is an error in the preview. A changed login restarts no task. Swarm keeps it encrypted, for nodes
   * that pull the image later.
   * @default - the login of Docker's configuration on the machine that runs Pulumi (`docker login`, credential helpers)
   * @example { username: "deploy", password: config.requireSecret("registryPassword") }
   */
  registryCredentials?: pulumi.Input<RegistryCredentials>;
}

/** Validates a login, as far as it is known. */
export function validateRegistryCredentials({ registryCredentials }: RegistryLoginArgs): ValidationIssue[] {
  const given = knownValue(registryCredentials);
  if (given === undefined) return [];
  const problem = "must not be empty: leave registryCredentials out to use the login of Docker's configuration";
  return (["username", "password"] as const)
    .filter((field) => knownValue(given[field]) === "")
    .map((field) => ({ argument: `registryCredentials.${field}`, value: "", problem }));
}
