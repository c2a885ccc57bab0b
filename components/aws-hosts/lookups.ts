import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { errorText } from "../shared/error-text.ts";
import type { Finding } from "../shared/refusal.ts";
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
  findings: Finding[];
  /** Id of the image; absent where something was found to be wrong. */
  image?: string;
}

/** Asks the account what it has of all that is needed. Does not fail: what AWS says no with is a finding, too. */
export function lookUp(
  { zones, types, imageParameter }: Questions,
  opts: pulumi.InvokeOptions,
): pulumi.Output<Answers> {
  return pulumi.all([pulumi.output(types), imageParameter]).apply(async ([known, parameter]) => {
    try {
      const account = await ask(known, parameter, opts);
      const findings = accountFindings({ zones, types: known, imageParameter: parameter }, account);
      return { findings, image: account.image.id };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { findings: [error.finding] };
    }
  });
}

class NoAnswer extends Error {
  readonly finding: Finding;
  constructor(finding: Finding) {
    super(finding.problem);
    this.finding = finding;
  }
}

async function ask(types: Record<string, string>, parameter: string, opts: pulumi.InvokeOptions): Promise<Account> {
  const { names: zones } = await answer("zones", undefined, aws.getAvailabilityZones({ state: "available" }, opts));
  const { insecureValue } = await answer("imageParameter", parameter, aws.ssm.getParameter({ name: parameter }, opts));
  const filters = [{ name: "image-id", values: [insecureValue] }];
  const { id, architecture } = await answer("imageParameter", parameter, aws.ec2.getAmi({ filters }, opts));
  const argumentsByType = new Map(Object.entries(types).map(([argument, type]) => [type, argument]));
  const found = await Promise.all(
    [...argumentsByType].map(async ([instanceType, argument]) => {
      const type = await answer(argument, instanceType, aws.ec2.getInstanceType({ instanceType }, opts));
      return [instanceType, { memoryMiB: type.memorySize, architectures: type.supportedArchitectures }] as const;
    }),
  );
  return { zones, image: { id, architecture }, types: Object.fromEntries(found) };
}

async function answer<T>(argument: string, value: unknown, question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    throw new NoAnswer({ argument, value, problem: refusalOf(errorText(error)) });
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
