import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { MinioService, OverlayNetwork, S3Gateway, Swarm } from "../../../../components/index.ts";
import type {
  MinioServiceArgs,
  OverlayNetworkArgs,
  S3GatewayArgs,
  ServiceTransform,
} from "../../../../components/index.ts";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { fakeHost, getErrorMessage, runFailing, runProgram } from "../../harness.ts";

const outputs = (type: string): Record<string, unknown> =>
  type.endsWith(":RootCredentials") ? { user: "root", password: "generated", generation: "g" } : {};
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nkey\n-----END PRIVATE KEY-----\n";

interface Changes {
  store?: Partial<MinioServiceArgs>;
  gateway?: Partial<S3GatewayArgs>;
  network?: Partial<OverlayNetworkArgs>;
}

function program({ store: storeArgs, gateway, network: networkArgs }: Changes): void {
  const drives = { d1: { path: "/mnt/disk1" } };
  const swarm = new Swarm("swarm", { managers: [fakeHost("a", drives), fakeHost("b", drives)] });
  const network = new OverlayNetwork("network", { swarm, ...networkArgs });
  const store = new MinioService("store", { swarm, network, ...storeArgs });
  new S3Gateway("gateway", { swarm, network, store, tls: { certificate: CERTIFICATE, key: KEY }, ...gateway });
}

async function made(changes: Changes) {
  const { resources } = await runProgram(() => program(changes), { outputs });
  const inputsOf = (name: string) => resources.find((resource) => resource.custom && resource.name === name)!.inputs;
  return { resources, inputsOf, specOf: (name: string) => inputsOf(name)["spec"] as ServiceSpec };
}

const addMount: ServiceTransform["service"] = (args) => {
  args.spec.TaskTemplate.ContainerSpec.Mounts?.push({
    Type: "bind",
    Source: "/etc/idp",
    Target: "/idp",
    ReadOnly: true,
  });
  return args;
};

describe("transform.service", () => {
  test("changes the service of a store", async () => {
    const { specOf } = await made({ store: { transform: { service: addMount } } });
    expect(specOf("store-main").TaskTemplate.ContainerSpec.Mounts).toContainEqual({
      ...{ Type: "bind", Source: "/etc/idp", Target: "/idp", ReadOnly: true },
    });
    expect(JSON.stringify(specOf("gateway-service"))).not.toContain("/idp");
  });

  test("changes the service of a gateway, and its options", async () => {
    const service: ServiceTransform["service"] = ({ spec, ...args }, opts, name) => {
      expect(name).toBe("gateway-service");
      opts.dependsOn = [];
      const { TaskTemplate } = spec;
      const ContainerSpec = { ...TaskTemplate.ContainerSpec, CapabilityAdd: ["CAP_NET_BIND_SERVICE"] };
      return { ...args, spec: { ...spec, TaskTemplate: { ...TaskTemplate, ContainerSpec } } };
    };
    const { resources, specOf } = await made({ gateway: { transform: { service } } });
    expect(specOf("gateway-service").TaskTemplate.ContainerSpec).toMatchObject({
      CapabilityDrop: ["ALL"],
      CapabilityAdd: ["CAP_NET_BIND_SERVICE"],
    });
    const { dependencies } = resources.find(({ name }) => name === "gateway-service")!;
    expect(dependencies.filter((urn) => urn.endsWith("::gateway-host-a"))).toEqual([]);
  });

  test("gets a copy for each service, of constants too", async () => {
    const service: ServiceTransform["service"] = (args, _opts, name) => {
      if (name === "store-one") args.spec.TaskTemplate.ContainerSpec.CapabilityDrop?.push("ALL");
      return args;
    };
    const pools = { one: { hosts: ["a"] }, two: { hosts: ["b"] } };
    const drives = { d1: { path: "/mnt/1" }, d2: { path: "/mnt/2" } };
    const { resources } = await runProgram(
      () => {
        const swarm = new Swarm("swarm", { managers: [fakeHost("a", drives), fakeHost("b", drives)] });
        const network = new OverlayNetwork("network", { swarm });
        new MinioService("store", { swarm, network, pools, transform: { service } });
      },
      { outputs },
    );
    const dropped = (name: string) =>
      (resources.find((one) => one.name === name)!.inputs["spec"] as ServiceSpec).TaskTemplate.ContainerSpec
        .CapabilityDrop;
    expect(dropped("store-one")).toContain("ALL");
    expect(dropped("store-two")).not.toContain("ALL");
  });

  test("cannot remove the owner labels", async () => {
    const service: ServiceTransform["service"] = (args) => ({ ...args, spec: { ...args.spec, Labels: { team: "x" } } });
    const { specOf } = await made({ store: { transform: { service } } });
    expect(specOf("store-main").Labels).toMatchObject({ team: "x", "pulumi-swarm.owner": "this-state" });
  });

  test("cannot rename the service, whose name the preflight has checked", async () => {
    const service: ServiceTransform["service"] = (args) => ({ ...args, spec: { ...args.spec, Name: "other" } });
    const { error, resources } = await runFailing(() => program({ store: { transform: { service } } }));
    expect(String(error)).toContain(
      'MinioService "store": transform.service: spec.Name "other": must not change, because the preflight has checked it: give serviceName instead',
    );
    expect(resources.filter(({ type }) => type.endsWith(":Preflight"))).toEqual([]);
  });
});

test("transform.secret changes every secret of its component", async () => {
  const names: string[] = [];
  const secret: ServiceTransform["secret"] = (args, _opts, name) => {
    names.push(name);
    const team = { label: "team", value: "storage" };
    return { ...args, labels: pulumi.output(args.labels).apply((labels = []) => [...labels, team]) };
  };
  const { inputsOf } = await made({ store: { transform: { secret } }, gateway: { transform: { secret } } });
  expect(names.toSorted()).toEqual([
    "gateway-certificate",
    "gateway-key",
    "store-mc-host-config",
    "store-root-password",
    "store-root-user",
  ]);
  for (const name of names) {
    const { labels, data } = inputsOf(name) as { labels: { label: string }[]; data: string };
    expect(labels.map(({ label }) => label)).toEqual(expect.arrayContaining(["pulumi-swarm.owner", "team"]));
    expect(data).not.toBe("");
  }
});

describe("transform.network", () => {
  const network: NonNullable<OverlayNetworkArgs["transform"]>["network"] = (args, opts, name) => {
    expect(name).toBe("network-network");
    opts.protect = true;
    return { ...args, ipv6: true };
  };

  test("changes the Docker network", async () => {
    const { inputsOf } = await made({ network: { transform: { network } } });
    expect(inputsOf("network-network")).toMatchObject({ driver: "overlay", ipv6: true });
    const requirements = inputsOf("swarm-preflight")["requirements"] as { kind: string; deferred?: string[] }[];
    const { deferred } = requirements.find(({ kind }) => kind === "network")!;
    // The preflight compares the addresses alone with an existing network.
    expect(deferred).toEqual(["attachable", "encrypted", "internal", "labels", "mtu"]);
  });

  test("is rejected with adopt", async () => {
    const message = await getErrorMessage(() => program({ network: { adopt: true, transform: { network } } }));
    expect(message).toBe(
      'OverlayNetwork "network": transform.network "(a function)": has no meaning with adopt, because an adopted network is ' +
        "never changed: leave it out",
    );
  });
});

describe("settings of tasks reach the spec", () => {
  const settings = {
    user: pulumi.output("1000:100"),
    placement: { constraints: ["node.role==manager"] },
    labels: { team: "storage" },
    containerLabels: { parser: pulumi.output("json") },
    extraHosts: { login: pulumi.output("198.51.100.7") },
  };

  test.each([
    ["a store", "store-main", "node.labels.pulumi-swarm.minio.store-main==member"],
    ["a gateway", "gateway-service", "node.labels.pulumi-swarm.gateway.gateway==gateway"],
  ])("of %s", async (_what, name, own) => {
    const { specOf } = await made({ store: settings, gateway: { ...settings, minReadySeconds: 3 } });
    const { Labels, TaskTemplate } = specOf(name);
    expect(Labels).toMatchObject({ team: "storage", "pulumi-swarm.owner": "this-state" });
    expect(TaskTemplate.Placement).toEqual({ Constraints: [own, "node.role==manager"] });
    expect(TaskTemplate.ContainerSpec).toMatchObject({
      ...{ User: "1000:100", Labels: { parser: "json" }, Hosts: ["198.51.100.7 login"] },
    });
    const owners = TaskTemplate.ContainerSpec.Secrets?.map(({ File }) => [File.UID, File.GID]);
    expect(owners).toEqual(owners?.map(() => ["1000", "100"]));
  });

  test("minReadySeconds of a gateway", async () => {
    const { inputsOf } = await made({ gateway: { minReadySeconds: 3 } });
    expect(inputsOf("gateway-service")["minReadySeconds"]).toBe(3);
  });

  test("new settings of a store are tried with its extra hosts", async () => {
    const { inputsOf } = await made({ store: settings });
    expect(inputsOf("store-main")["validation"]).toMatchObject({ hosts: ["198.51.100.7 login"] });
    expect((await made({})).inputsOf("store-main")["validation"]).not.toHaveProperty("hosts");
  });
});
