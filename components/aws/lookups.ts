import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { errorMessage } from "../../engine/error-message.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { type AccountFacts, validateAccount } from "./account.ts";

/** What is asked of the account before anything is made in it. */
export interface AccountQuery {
  zones: readonly string[];
  /** Instance types by the argument that names them. */
  types: Readonly<Record<string, pulumi.Input<string>>>;
  imageParameter: pulumi.Input<string>;
}

/** What it answered. */
export interface AccountInspection {
  issues: ValidationIssue[];
  /** Id of the image; absent where there is none. */
  image?: string;
}

/** Asks the account what it has of all that is needed. Does not fail: what AWS says no with is a issue, too. */
export function inspectAccount(
  { zones, types, imageParameter }: AccountQuery,
  opts: pulumi.InvokeOptions,
): pulumi.Output<AccountInspection> {
  return pulumi.all([pulumi.output(types), imageParameter]).apply(async ([known, parameter]) => {
    // Whoever is not let in, or asks in a region that does not exist, hears it once.
    const found = await resultOrIssue("zones", undefined, aws.getAvailabilityZones({ state: "available" }, opts));
    if (isIssue(found)) return { issues: [found] };
    const [image, ofTypes] = await Promise.all([getImage(parameter, opts), getInstanceTypes(known, opts)]);
    const rejected = [image, ...Object.values(ofTypes)].filter(isIssue);
    const account = {
      zones: found.names,
      image: isIssue(image) ? undefined : image,
      types: withoutIssues(ofTypes),
    };
    const issues = [...validateAccount({ zones, types: known, imageParameter: parameter }, account), ...rejected];
    return { issues, image: account.image?.id };
  });
}

type Image = NonNullable<AccountFacts["image"]>;
type Types = AccountFacts["types"];

async function getImage(parameter: string, opts: pulumi.InvokeOptions): Promise<Image | ValidationIssue> {
  const value = await resultOrIssue("imageParameter", parameter, aws.ssm.getParameter({ name: parameter }, opts));
  if (isIssue(value)) return value;
  const filters = [{ name: "image-id", values: [value.insecureValue] }];
  return resultOrIssue("imageParameter", parameter, aws.ec2.getAmi({ filters }, opts));
}

async function getInstanceTypes(
  types: Record<string, string>,
  opts: pulumi.InvokeOptions,
): Promise<Record<string, Types[string] | ValidationIssue>> {
  // The first argument of several that name the same type is told of it.
  const named = Object.entries(types).toReversed();
  const argumentsByType = new Map(named.map(([argument, type]) => [type, argument] as const));
  const found = [...argumentsByType].map(async ([instanceType, argument]) => {
    const type = await resultOrIssue(argument, instanceType, aws.ec2.getInstanceType({ instanceType }, opts));
    const known = isIssue(type) ? type : { memoryMiB: type.memorySize, architectures: type.supportedArchitectures };
    return [instanceType, known] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

const withoutIssues = (types: Record<string, Types[string] | ValidationIssue>): Types =>
  Object.fromEntries(Object.entries(types).flatMap(([name, type]) => (isIssue(type) ? [] : [[name, type]])));

const isIssue = (answered: object): answered is ValidationIssue => "problem" in answered;

async function resultOrIssue<T extends object>(
  argument: string,
  value: unknown,
  question: Promise<T>,
): Promise<T | ValidationIssue> {
  try {
    return await question;
  } catch (error) {
    return { argument, value, problem: describeAwsError(errorMessage(error)) };
  }
}

/** What AWS says no with, as the way out of it. */
export function describeAwsError(text: string): string {
  if (/no valid credential|failed to refresh cached credentials|get credentials|no EC2 IMDS role found/i.test(text)) {
    return "AWS knows no credentials here: log in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID";
  }
  if (/ExpiredToken|InvalidClientTokenId|AuthFailure|UnrecognizedClient|SignatureDoesNotMatch/.test(text)) {
    return "AWS does not take these credentials: log in again (`aws sso login`), or look at AWS_PROFILE";
  }
  if (/UnauthorizedOperation|AccessDenied/.test(text)) return `this user may not ask for it: ${toOneLine(text)}`;
  if (/ParameterNotFound|couldn't find resource/i.test(text)) {
    return "there is no such parameter in this region: look with `aws ssm get-parameter --name …`";
  }
  if (/InvalidAMIID|returned no results/i.test(text))
    return "there is no image with the id that it says, in this region";
  if (/InvalidInstanceType/.test(text)) return "there is no such instance type in this region";
  if (/invalid AWS Region|no such host|invalid region|missing region/i.test(text)) {
    return `AWS has no such region: look at \`pulumi config get aws:region\`: ${toOneLine(text)}`;
  }
  return `AWS does not tell: ${toOneLine(text)}`;
}

function toOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}
