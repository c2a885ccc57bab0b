import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** Permissions that Session Manager's agent needs. AWS's managed policy grants more. */
export const SESSION_ACTIONS = [
  "ssm:UpdateInstanceInformation",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];

const document = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

/** Creates an instance profile with a role that permits only Session Manager. */
export function createSessionManagerProfile(
  name: string,
  afterAssertion: (text: string) => pulumi.Output<string>,
  tags: Record<string, pulumi.Input<string>>,
  parent: pulumi.Resource,
): aws.iam.InstanceProfile {
  const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
  const role = new aws.iam.Role(name, { assumeRolePolicy: afterAssertion(document(trust)), tags }, { parent });
  const policy = document({ Effect: "Allow", Action: SESSION_ACTIONS, Resource: "*" });
  new aws.iam.RolePolicy(name, { role: role.name, policy }, { parent });
  return new aws.iam.InstanceProfile(name, { role: role.name, tags }, { parent });
}
