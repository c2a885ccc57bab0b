import * as pulumi from "@pulumi/pulumi";
import type { SettingsValidation } from "../../../../core/service-update.ts";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { fakeNetwork } from "../../harness.ts";
import { made, onlySpec, specOf, type StoreArgs } from "./store.ts";

const IMAGE = `registry.example/silo:1@sha256:${"a".repeat(64)}`;

describe("every argument reaches a child", () => {
  const container = (spec: ServiceSpec) => spec.TaskTemplate.ContainerSpec;
  const cases: [string, StoreArgs, (spec: ServiceSpec) => unknown, unknown][] = [
    ["pools", { pools: { p1: { hosts: ["a"] } } }, ({ Name }) => Name, "store-p1"],
    ["serviceName", { serviceName: "files" }, ({ Name }) => Name, "files-main"],
    ["image", { image: IMAGE }, (spec) => container(spec).Image, IMAGE],
    ["image, an Output", { image: pulumi.output(IMAGE), tools: "mc" }, (spec) => container(spec).Image, IMAGE],
    ["expose", { expose: false }, ({ EndpointSpec }) => EndpointSpec?.Ports, []],
    ["port", { port: 9100 }, ({ EndpointSpec }) => EndpointSpec?.Ports?.[0]?.PublishedPort, 9100],
    ["consolePort", { consolePort: 9101 }, ({ EndpointSpec }) => EndpointSpec?.Ports?.[1]?.PublishedPort, 9101],
    ["cpuLimit", { cpuLimit: 1.5 }, ({ TaskTemplate }) => TaskTemplate.Resources?.Limits?.NanoCPUs, 1_500_000_000],
    [
      "cpuReservation",
      { cpuReservation: 0.5 },
      ({ TaskTemplate }) => TaskTemplate.Resources?.Reservations?.NanoCPUs,
      5e8,
    ],
    [
      "memoryLimitMiB",
      { memoryLimitMiB: 512 },
      ({ TaskTemplate }) => TaskTemplate.Resources?.Limits?.MemoryBytes,
      2 ** 29,
    ],
    [
      "memoryReservationMiB, an Output",
      { memoryReservationMiB: pulumi.output(256) },
      ({ TaskTemplate }) => TaskTemplate.Resources?.Reservations?.MemoryBytes,
      2 ** 28,
    ],
    ["logMaxSizeMiB", { logMaxSizeMiB: 5 }, ({ TaskTemplate }) => TaskTemplate.LogDriver?.Options?.["max-size"], "5m"],
    ["log driver, default", {}, ({ TaskTemplate }) => TaskTemplate.LogDriver, undefined],
    ["logMaxFiles", { logMaxFiles: 7 }, ({ TaskTemplate }) => TaskTemplate.LogDriver?.Options?.["max-file"], "7"],
    ["stopGraceSeconds", { stopGraceSeconds: 90 }, (spec) => container(spec).StopGracePeriod, 90e9],
  ];
  test.each(cases)("%s", async (_argument, args, read, wanted) => {
    expect(read(await onlySpec(args))).toEqual(wanted);
  });

  test("environment", async () => {
    const spec = await onlySpec({ environment: { MINIO_REGION: pulumi.output("eu"), MINIO_BROWSER: "off" } });
    expect(container(spec).Env).toEqual(expect.arrayContaining(["MINIO_REGION=eu", "MINIO_BROWSER=off"]));
  });

  test("networks: follow the members' own, with the store's name as alias on each", async () => {
    const { TaskTemplate } = await onlySpec({ networks: [fakeNetwork("network-2")] });
    const Aliases = ["store"];
    expect(TaskTemplate.Networks).toEqual(["network-1", "network-2"].map((Target) => ({ Target, Aliases })));
  });

  test("tools", async () => {
    const { services } = await made({ tools: "mc" });
    expect(services[0]!.inputs["readyCommand"]).toEqual(["mc", "ready", "local"]);
    expect(services[0]!.inputs["maintenanceCommand"]).toEqual(["mc", "ready", "local", "--maintenance"]);
    expect(services[0]!.inputs["locks"]).toEqual({
      command: expect.arrayContaining(["mc", "locks"]) as string[],
      expirySeconds: 130,
      internalPrefix: ".",
    });
  });

  test("environment: validates settings on drives in memory, and hides secret values", async () => {
    const environment = {
      MINIO_BROWSER: "on",
      MINIO_SITE_NAME: pulumi.secret("hidden"),
      MINIO_REGION: pulumi.output("r"),
    };
    const { services } = await made({ environment });
    const { args, mounts, ...validation } = services[0]!.inputs["validation"] as SettingsValidation;
    const drives = args.filter((arg) => arg.startsWith("/"));
    expect(mounts.map(({ Type, Target }) => [Type, Target])).toEqual(
      [...drives, "/tmp"].map((path) => ["tmpfs", path]),
    );
    expect(specOf(services[0]!).TaskTemplate.ContainerSpec.Args?.slice(0, 5)).toEqual(args.slice(0, 5));
    expect(args).toHaveLength(5 + drives.length);
    expect(validation).toEqual({
      readyCommand: services[0]!.inputs["readyCommand"],
      environmentArgument: "environment",
      secretVariables: ["MINIO_SITE_NAME"],
      unlessVariables: ["MINIO_ETCD_ENDPOINTS"],
    });
  });

  test("rollback", async () => {
    const { services } = await made({ rollback: false });
    expect(services[0]!.inputs["rollback"]).toBe(false);
  });

  test("timeoutSeconds", async () => {
    const { services } = await made({ timeoutSeconds: 42 });
    expect(services[0]!.inputs["timeoutSeconds"]).toBe(42);
  });

  test.each<[string, StoreArgs, unknown]>([
    ["several hosts", {}, 16],
    ["one host", { pools: { main: { hosts: ["a"] } } }, undefined],
    ["less", { minReadySeconds: 1 }, 1],
    ["zero", { minReadySeconds: 0 }, 0],
    ["an Output", { minReadySeconds: pulumi.output(5) }, 5],
    ["one host, with an explicit value", { minReadySeconds: 5, pools: { main: { hosts: ["a"] } } }, 5],
  ])("minReadySeconds: %s", async (_what, args, wanted) => {
    const { services } = await made(args);
    expect(services.map(({ inputs }) => inputs["minReadySeconds"])).toEqual([wanted]);
  });

  test("rootUser", async () => {
    const { children } = await made({ rootUser: pulumi.output("boss") });
    expect(children.find(({ name }) => name === "store-credentials")?.inputs["requestedUser"]).toBe("boss");
  });

  test("rootPassword, always a secret", async () => {
    const { children } = await made({ rootPassword: "given-password" });
    const credentials = children.find(({ name }) => name === "store-credentials");
    expect(credentials?.inputs["password"]).toBe("given-password");
    expect(credentials?.secrets).toContain("password");
    for (const { name, inputs } of children) {
      if (name !== "store-credentials") expect(JSON.stringify(inputs), name).not.toContain("given-password");
    }
  });

  test("network", async () => {
    const spec = await onlySpec();
    expect(spec.TaskTemplate.Networks).toEqual([{ Target: "network-1", Aliases: ["store"] }]);
  });
});
