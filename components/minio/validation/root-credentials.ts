import type * as pulumi from "@pulumi/pulumi";
import { validateWhenKnown, knownValue } from "../../shared/inputs.ts";
import { type ValidationIssue, throwIfInvalid } from "../../../core/input-validation-error.ts";

/** The arguments of a store about its root user. */
export interface RootUserArgs {
  rootUser?: pulumi.Input<string>;
  rootPassword?: pulumi.Input<string>;
  rootPasswordGeneration?: pulumi.Input<string>;
}

/** What is wrong with the root user's arguments, as far as they are plain. */
export function validateRootUser({ rootUser, rootPassword, rootPasswordGeneration }: RootUserArgs): ValidationIssue[] {
  const issues = [...validateRootUserName(knownValue(rootUser)), ...validateRootPassword(knownValue(rootPassword))];
  if (rootPassword !== undefined && rootPasswordGeneration !== undefined) {
    const problem = "has no meaning with rootPassword: leave it out, and give another rootPassword to rotate it";
    issues.push({ argument: "rootPasswordGeneration", value: knownValue(rootPasswordGeneration), problem });
  }
  return issues;
}

/** The name and password, checked once they are known, for `RootCredentials`. */
export function validatedRootUser(subject: string, { rootUser, rootPassword, rootPasswordGeneration }: RootUserArgs) {
  const user = rootUser && validateWhenKnown(rootUser, (value) => throwIfInvalid(subject, validateRootUserName(value)));
  const password =
    rootPassword && validateWhenKnown(rootPassword, (value) => throwIfInvalid(subject, validateRootPassword(value)));
  return { user, password, passwordGeneration: rootPasswordGeneration };
}

function validateRootUserName(user: string | undefined): ValidationIssue[] {
  const issue = (problem: string) => [{ argument: "rootUser", value: user, problem }];
  if (user === undefined) return [];
  if (user === "minioadmin") return issue("is the name everybody tries first: choose another, or leave it out");
  if (!/^[A-Za-z0-9._-]{3,64}$/.test(user))
    return issue("must be 3 to 64 letters, digits, dots, hyphens or underscores");
  return [];
}

/**
 * Returns what is wrong with the password, which is never shown. MinIO takes no fewer than 8 characters and strips
 * white space; mc reads what follows a colon as a session token.
 */
function validateRootPassword(password: string | undefined): ValidationIssue[] {
  const issue = (problem: string) => [{ argument: "rootPassword", value: "(secret)", problem }];
  if (password === undefined) return [];
  if (!/^[!-9;-~]{8,128}$/.test(password)) {
    return issue("must be 8 to 128 printable ASCII characters without spaces and colons: choose another");
  }
  if (password === "minioadmin") return issue("is MinIO's default password: choose another");
  return [];
}
