import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { errorMessage } from "../../engine/error-message.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { type AccountFacts, validateAccount } from "./account.ts";

/** The facts to look up in the account before creating anything. */
export interface AccountQuery {
  zones: readonly string[];
  /** Instance types by the argument that sets them. */
  types: Readonly<Record<string, pulumi.Input<string>>>;
  imageParameter: pulumi.Input<string>;
}

/** The result of `inspectAccount`. */
export interface AccountInspection {
  issues: ValidationIssue[];
  /** Id of the image; absent if it was not found. */
  image?: string;
}

/** Looks up zones, image and instance types in the account. Does not throw: AWS errors become issues. */
export function inspectAccount(
  { zones, types, imageParameter }: AccountQuery,
  opts: pulumi.InvokeOptions,
): pulumi.Output<AccountInspection> {
  return pulumi.all([pulumi.output(types), imageParameter]).apply(async ([known, parameter]) => {
    // Reports missing credentials or a wrong region once, not for every lookup.
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
  // If several arguments have the same type, the first one is reported.
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

/** Describes an AWS error and how to fix it. */
export function describeAwsError(text: string): string {
  if (/no valid credential|failed to refresh cached credentials|get credentials|no EC2 IMDS role found/i.test(text)) {
    return "no AWS credentials were found: log in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID";
  }
  if (/ExpiredToken|InvalidClientTokenId|AuthFailure|UnrecognizedClient|SignatureDoesNotMatch/.test(text)) {
    return "AWS rejects these credentials: log in again (`aws sso login`), or check AWS_PROFILE";
  }
  if (/UnauthorizedOperation|AccessDenied/.test(text)) return `this user is not allowed to read it: ${toOneLine(text)}`;
  if (/ParameterNotFound|couldn't find resource/i.test(text)) {
    return "does not exist in this region: check it with `aws ssm get-parameter --name …`";
  }
  if (/InvalidAMIID|returned no results/i.test(text)) return "contains an image id that does not exist in this region";
  if (/InvalidInstanceType/.test(text)) return "is not available in this region";
  if (/invalid AWS Region|no such host|invalid region|missing region/i.test(text)) {
    return `the AWS region is missing or invalid: check \`pulumi config get aws:region\`: ${toOneLine(text)}`;
  }
  return `cannot be read from AWS: ${toOneLine(text)}`;
}

function toOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}
