import type * as pulumi from "@pulumi/pulumi";
import { validateWhenKnown, knownValue } from "../../shared/inputs.ts";
import { type ValidationIssue, throwIfInvalid } from "../../../core/input-validation-error.ts";

/** The arguments of a store about its root user. */
export interface RootArgs {
  rootUser?: pulumi.Input<string>;
  rootPassword?: pulumi.Input<string>;
  rootPasswordGeneration?: pulumi.Input<string>;
}

/** What is wrong with the root user's arguments, as far as they are plain. */
export function rootFindings({ rootUser, rootPassword, rootPasswordGeneration }: RootArgs): ValidationIssue[] {
  const findings = [...rootUserFindings(knownValue(rootUser)), ...rootPasswordFindings(knownValue(rootPassword))];
  if (rootPassword !== undefined && rootPasswordGeneration !== undefined) {
    const problem = "has no meaning with rootPassword: leave it out, and give another rootPassword to rotate it";
    findings.push({ argument: "rootPasswordGeneration", value: knownValue(rootPasswordGeneration), problem });
  }
  return findings;
}

/** The name and password, checked once they are known, for `RootCredentials`. */
export function checkedRoot(subject: string, { rootUser, rootPassword, rootPasswordGeneration }: RootArgs) {
  const user = rootUser && validateWhenKnown(rootUser, (value) => throwIfInvalid(subject, rootUserFindings(value)));
  const password =
    rootPassword && validateWhenKnown(rootPassword, (value) => throwIfInvalid(subject, rootPasswordFindings(value)));
  return { user, password, passwordGeneration: rootPasswordGeneration };
}

function rootUserFindings(user: string | undefined): ValidationIssue[] {
  const refused = (problem: string) => [{ argument: "rootUser", value: user, problem }];
  if (user === undefined) return [];
  if (user === "minioadmin") return refused("is the name everybody tries first: choose another, or leave it out");
  if (!/^[A-Za-z0-9._-]{3,64}$/.test(user))
    return refused("must be 3 to 64 letters, digits, dots, hyphens or underscores");
  return [];
}

/**
 * Returns what is wrong with the password, which is never shown. MinIO takes no fewer than 8 characters and strips
 * white space; mc reads what follows a colon as a session token.
 */
function rootPasswordFindings(password: string | undefined): ValidationIssue[] {
  const refused = (problem: string) => [{ argument: "rootPassword", value: "(secret)", problem }];
  if (password === undefined) return [];
  if (!/^[!-9;-~]{8,128}$/.test(password)) {
    return refused("must be 8 to 128 printable ASCII characters without spaces and colons: choose another");
  }
  if (password === "minioadmin") return refused("is MinIO's default password: choose another");
  return [];
}
