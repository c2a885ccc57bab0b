import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { errorText } from "../../engine/error-message.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { type Account, accountFindings } from "./account.ts";

/** What is asked of the account before anything is made in it. */
export interface Questions {
  zones: readonly string[];
  /** Instance types by the argument that names them. */
  types: Readonly<Record<string, pulumi.Input<string>>>;
  imageParameter: pulumi.Input<string>;
}

/** What it answered. */
export interface Answers {
  findings: ValidationIssue[];
  /** Id of the image; absent where there is none. */
  image?: string;
}

/** Asks the account what it has of all that is needed. Does not fail: what AWS says no with is a finding, too. */
export function lookUp(
  { zones, types, imageParameter }: Questions,
  opts: pulumi.InvokeOptions,
): pulumi.Output<Answers> {
  return pulumi.all([pulumi.output(types), imageParameter]).apply(async ([known, parameter]) => {
    // Whoever is not let in, or asks in a region that does not exist, hears it once.
    const found = await answer("zones", undefined, aws.getAvailabilityZones({ state: "available" }, opts));
    if (isFinding(found)) return { findings: [found] };
    const [image, ofTypes] = await Promise.all([askForImage(parameter, opts), askForTypes(known, opts)]);
    const refused = [image, ...Object.values(ofTypes)].filter(isFinding);
    const account = {
      zones: found.names,
      image: isFinding(image) ? undefined : image,
      types: withoutFindings(ofTypes),
    };
    const findings = [...accountFindings({ zones, types: known, imageParameter: parameter }, account), ...refused];
    return { findings, image: account.image?.id };
  });
}

type Image = NonNullable<Account["image"]>;
type Types = Account["types"];

async function askForImage(parameter: string, opts: pulumi.InvokeOptions): Promise<Image | ValidationIssue> {
  const value = await answer("imageParameter", parameter, aws.ssm.getParameter({ name: parameter }, opts));
  if (isFinding(value)) return value;
  const filters = [{ name: "image-id", values: [value.insecureValue] }];
  return answer("imageParameter", parameter, aws.ec2.getAmi({ filters }, opts));
}

async function askForTypes(
  types: Record<string, string>,
  opts: pulumi.InvokeOptions,
): Promise<Record<string, Types[string] | ValidationIssue>> {
  // The first argument of several that name the same type is told of it.
  const named = Object.entries(types).toReversed();
  const argumentsByType = new Map(named.map(([argument, type]) => [type, argument] as const));
  const found = [...argumentsByType].map(async ([instanceType, argument]) => {
    const type = await answer(argument, instanceType, aws.ec2.getInstanceType({ instanceType }, opts));
    const known = isFinding(type) ? type : { memoryMiB: type.memorySize, architectures: type.supportedArchitectures };
    return [instanceType, known] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

const withoutFindings = (types: Record<string, Types[string] | ValidationIssue>): Types =>
  Object.fromEntries(Object.entries(types).flatMap(([name, type]) => (isFinding(type) ? [] : [[name, type]])));

const isFinding = (answered: object): answered is ValidationIssue => "problem" in answered;

async function answer<T extends object>(
  argument: string,
  value: unknown,
  question: Promise<T>,
): Promise<T | ValidationIssue> {
  try {
    return await question;
  } catch (error) {
    return { argument, value, problem: refusalOf(errorText(error)) };
  }
}

/** What AWS says no with, as the way out of it. */
export function refusalOf(text: string): string {
  if (/no valid credential|failed to refresh cached credentials|get credentials|no EC2 IMDS role found/i.test(text)) {
    return "AWS knows no credentials here: log in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID";
  }
  if (/ExpiredToken|InvalidClientTokenId|AuthFailure|UnrecognizedClient|SignatureDoesNotMatch/.test(text)) {
    return "AWS does not take these credentials: log in again (`aws sso login`), or look at AWS_PROFILE";
  }
  if (/UnauthorizedOperation|AccessDenied/.test(text)) return `this user may not ask for it: ${oneLine(text)}`;
  if (/ParameterNotFound|couldn't find resource/i.test(text)) {
    return "there is no such parameter in this region: look with `aws ssm get-parameter --name …`";
  }
  if (/InvalidAMIID|returned no results/i.test(text))
    return "there is no image with the id that it says, in this region";
  if (/InvalidInstanceType/.test(text)) return "there is no such instance type in this region";
  if (/invalid AWS Region|no such host|invalid region|missing region/i.test(text)) {
    return `AWS has no such region: look at \`pulumi config get aws:region\`: ${oneLine(text)}`;
  }
  return `AWS does not tell: ${oneLine(text)}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}
