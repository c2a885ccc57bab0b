/** Returns results of AWS calls: three zones, an image, and instance types of two sizes. */
export const awsCalls =
  (region = "eu-central-1") =>
  (token: string, inputs: Record<string, unknown>): Record<string, unknown> => {
    if (token.includes("getAvailabilityZones")) return { names: ["a", "b", "c"].map((end) => `${region}${end}`) };
    if (token.includes("getParameter")) return { insecureValue: "ami-1" };
    if (token.includes("getAmi")) return { id: "ami-1", architecture: "x86_64" };
    return { memorySize: inputs["instanceType"] === "t3.nano" ? 512 : 8192, supportedArchitectures: ["x86_64"] };
  };

/** Returns outputs of AWS resources in addition to their inputs. */
export const awsOutputs = (type: string, name: string): Record<string, unknown> => ({
  ...(type === "aws:ec2/instance:Instance" ? { privateIp: `private of ${name}` } : {}),
  ...(type === "aws:ec2/placementGroup:PlacementGroup" ? { name } : {}),
  ...(type === "aws:ec2/eip:Eip" ? { publicIp: `public-${name}` } : {}),
  ...(type.endsWith(":HostKey") ? { publicKey: `ecdsa-sha2-nistp256 ${"A".repeat(40)}`, privateKey: "pem" } : {}),
  ...(type === "aws:lb/loadBalancer:LoadBalancer" ? { dnsName: "balancer.example" } : {}),
  ...(type.endsWith(":RootCredentials") ? { user: "root-abc", password: "very-secret", generation: "g1" } : {}),
});
