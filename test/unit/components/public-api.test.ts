import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, expectTypeOf, test } from "vitest";
import * as api from "../../../components/index.ts";
import type {
  Drive,
  Host,
  HostArgs,
  MinioServiceArgs,
  MinioUser,
  OverlayNetworkArgs,
  ServiceSpec,
  SwarmArgs,
  SwarmServiceArgs,
} from "../../../components/index.ts";

test("what programs import by name", () => {
  expect(Object.keys(api).toSorted()).toEqual([
    "BUCKET_ACCESS",
    "BridgeNetwork",
    "Firewall",
    "Host",
    "HostNetwork",
    "IpvlanNetwork",
    "MINIO_METRICS",
    "MacvlanNetwork",
    "MinioBucket",
    "MinioService",
    "MinioUser",
    "NodeSettings",
    "OverlayNetwork",
    "S3Gateway",
    "SshHosts",
    "Swarm",
    "SwarmService",
  ]);
});

/** The compiler is who checks these (`tsc --noEmit`); when the file runs, they have passed. */
describe("types that programs rely on", () => {
  type Text = pulumi.Output<string>;

  test("what decides how many children there are, or what they are called, is known before the run", () => {
    expectTypeOf<Text>().not.toExtend<OverlayNetworkArgs["networkName"]>();
    expectTypeOf<Text>().not.toExtend<MinioServiceArgs["serviceName"]>();
    expectTypeOf<pulumi.Output<boolean>>().not.toExtend<OverlayNetworkArgs["adopt"]>();
    expectTypeOf<SwarmArgs["managers"]>().toEqualTypeOf<Host[]>();
    expectTypeOf<HostArgs["drives"]>().toEqualTypeOf<Record<string, Drive> | undefined>();
  });

  test("everything else may be an Output", () => {
    expectTypeOf<Text>().toExtend<OverlayNetworkArgs["subnet"]>();
    expectTypeOf<pulumi.Output<boolean>>().toExtend<OverlayNetworkArgs["encrypted"]>();
    expectTypeOf<Text>().toExtend<MinioServiceArgs["image"]>();
    expectTypeOf<Text>().toExtend<SwarmServiceArgs["spec"]["Name"]>();
    expectTypeOf<pulumi.Output<ServiceSpec["TaskTemplate"]>>().toExtend<SwarmServiceArgs["spec"]["TaskTemplate"]>();
  });

  test("outputs are of one kind each", () => {
    expectTypeOf<api.MinioService["endpoint"]>().toEqualTypeOf<Text>();
    expectTypeOf<api.MinioService["endpoints"]>().toEqualTypeOf<pulumi.Output<Record<string, string>>>();
    expectTypeOf<api.OverlayNetwork["networkId"]>().toEqualTypeOf<Text>();
    expectTypeOf<MinioUser["secretKey"]>().toEqualTypeOf<Text>();
  });

  test("components go where others ask for them", () => {
    expectTypeOf<Host>().toExtend<SwarmArgs["managers"][number]>();
    expectTypeOf<api.SshHosts["hosts"]>().toEqualTypeOf<Readonly<Record<string, Host>>>();
    expectTypeOf<MinioServiceArgs["network"]>().toEqualTypeOf<api.SwarmNetwork>();
    expectTypeOf<api.S3GatewayArgs["network"]>().toEqualTypeOf<api.SwarmNetwork>();
    expectTypeOf<
      api.OverlayNetwork | api.MacvlanNetwork | api.IpvlanNetwork | api.BridgeNetwork | api.HostNetwork
    >().toEqualTypeOf<api.SwarmNetwork>();
    expectTypeOf<api.S3GatewayArgs["store"]>().toEqualTypeOf<api.MinioService>();
    expectTypeOf<api.MinioUserArgs["store"]>().toEqualTypeOf<api.MinioService>();
    expectTypeOf<api.MinioService>().toExtend<api.MinioBucketArgs["store"]>();
  });

  test("what is needed is asked for, and choices are named", () => {
    expectTypeOf<object>().not.toExtend<SwarmArgs>();
    expectTypeOf<MinioServiceArgs["mode"]>().toEqualTypeOf<"global" | "replicated" | undefined>();
    expectTypeOf<"mirrored">().not.toExtend<MinioServiceArgs["mode"]>();
  });
});
