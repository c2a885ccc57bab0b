import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AwsMachines, type AwsMachinesArgs } from "../../../../components/aws/index.ts";

const config = new pulumi.Config();
const endpoint = config.require("endpoint");
const provider = new aws.Provider("stand-in", {
  ...{ region: "eu-central-1", accessKey: "any", secretKey: "any" },
  ...{ skipCredentialsValidation: true, skipMetadataApiCheck: true, skipRequestingAccountId: true },
  endpoints: [{ ec2: endpoint, iam: endpoint, ssm: endpoint, elbv2: endpoint, sts: endpoint }],
});
const { machines } = new AwsMachines("prod", config.requireObject<AwsMachinesArgs>("machines"), { provider });
export const instanceIds = Object.fromEntries(Object.values(machines).map(({ key, instanceId }) => [key, instanceId]));
export const volumeIds = Object.fromEntries(Object.values(machines).map((machine) => [machine.key, machine.volumeIds]));
