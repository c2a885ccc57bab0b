import { BRIDGE_NAME_OPTION } from "../../../core/networks/driver-options.ts";
import { MTU_OPTION, validateMtu } from "../../../core/network-rules.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";

/** What is wrong with a bridge's own options, as the Engine is given them. */
export function validateBridgeOptions(options: Record<string, string> = {}): ValidationIssue[] {
  const { [BRIDGE_NAME_OPTION]: bridgeName, [MTU_OPTION]: mtu } = options;
  const findings = validateMtu(mtu === undefined ? undefined : Number(mtu));
  if (bridgeName === undefined || /^[\w.-]{1,15}$/.test(bridgeName)) return findings;
  const problem = "is no name for a device: give 1 to 15 letters, digits, '_', '.' or '-', for instance br-storage";
  return [...findings, { argument: "bridgeName", value: bridgeName, problem }];
}
