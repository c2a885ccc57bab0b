import { engineAddressError } from "../../engine/connection.ts";
import { isTls, missingCertificates } from "../../engine/tls.ts";
import { formatIssue } from "../../core/input-validation-error.ts";
import type { CheckFailure } from "../runtime/resource-handler.ts";
import type { MachineInputs } from "./machine-inputs.ts";
import { containsUnknown } from "../runtime/diff.ts";

/** Validates an engine's connection in the provider, because it may be an Output that the program does not know. */
export function validateConnection({ connection, key }: MachineInputs): CheckFailure[] {
  if (containsUnknown(connection)) return [];
  const { host } = connection;
  const problem = engineAddressError(host);
  const address = problem === undefined ? [] : [{ argument: "engine", value: host, problem }];
  const missing = (isTls(connection) ? missingCertificates(connection) : []).map((part) => ({
    argument: `tls.${part}`,
    value: undefined,
    problem: `the engine at ${host} uses TLS: set it`,
  }));
  return [...address, ...missing].map((issue) => ({
    property: "connection",
    reason: formatIssue(`host "${key}"`, issue),
  }));
}
