import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { MinioService, type MinioServiceArgs } from "../../../../components/minio/minio-service.ts";
import { requireIpAddress } from "../../../../components/minio/spec/spec.ts";
import { checkService } from "../../../../provider/preflight/checks/service.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, fakeNetwork, getErrorMessage, runProgram, getValue } from "../../harness.ts";
import { machine, owner, ownManager, service, SERVICE, snapshot } from "../../preflight-snapshot.ts";

const ADDRESSES = pulumi.output<Record<string, string>>({ a: "10.50.0.9", c: "10.50.0.11" });
const LINKED = fakeNetwork("network-1", { driver: "macvlan", hosts: ["a", "b", "c"], addresses: ADDRESSES });
const HOST = fakeNetwork("network-1", { driver: "host" });

function outputs(type: string): Record<string, unknown> {
  if (type.endsWith(":RootCredentials")) return { user: "u", password: "p", generation: "g" };
  return type.endsWith(":Certificate") ? { authority: "ca", certificate: "c", key: "k", generation: "g" } : {};
}

async function made(args: Partial<MinioServiceArgs> & Pick<MinioServiceArgs, "network">) {
  const a = fakeHost("a", undefined, undefined, { privateAddress: pulumi.output("192.0.2.1") });
  const { value, resources } = await runProgram(
    () =>
      new MinioService("store", {
        swarm: new Swarm("swarm", { managers: [a, fakeHost("b"), fakeHost("c")] }),
        ...args,
      }),
    { outputs },
  );
  const spec = resources.find(({ name }) => name === "store-main")!.inputs["spec"] as ServiceSpec;
  const inputsOf = (name: string) => resources.find((resource) => resource.name === name)!.inputs;
  return { value, spec, inputsOf, container: spec.TaskTemplate.ContainerSpec };
}

describe("on a network that exists outside Docker", () => {
  test("publishes nothing, and returns the members' own addresses if they are known", async () => {
    const { value, spec, container } = await made({ network: LINKED });
    expect(spec.EndpointSpec).toEqual({ Mode: "dnsrr", Ports: [] });
    expect(container.Hosts).toBeUndefined();
    expect(await getValue(value.endpoints)).toEqual({ a: "http://10.50.0.9:9000", c: "http://10.50.0.11:9000" });
    expect(await getValue(value.consoleEndpoints)).toMatchObject({ a: "http://10.50.0.9:9001" });
    expect(await getValue(value.endpoint)).toBe("http://10.50.0.9:9000");
  });

  test("uses the store's name if no address is known", async () => {
    const { value } = await made({ network: fakeNetwork("network-1", { driver: "ipvlan" }) });
    expect(await getValue(value.endpoints)).toEqual({});
    expect(await getValue(value.endpoint)).toBe("http://store:9000");
  });

  test("the preflight requires no ports of the hosts", async () => {
    const requirements = (await made({ network: LINKED })).inputsOf("swarm-preflight")["requirements"] as {
      kind: string;
    }[];
    expect(requirements.find(({ kind }) => kind === "service")).toMatchObject({ ports: {} });
  });

  test("the certificate contains these addresses", async () => {
    const { inputsOf } = await made({ network: LINKED, tls: {} });
    expect(inputsOf("store-tls")["names"]).toEqual(expect.arrayContaining(["10.50.0.9", "10.50.0.11", "store"]));
  });
});

describe("on the hosts' own network", () => {
  test("opens ports without publishing them, and adds every member's address to /etc/hosts", async () => {
    const { value, spec, container } = await made({ network: HOST });
    expect(spec.EndpointSpec).toEqual({ Mode: "dnsrr", Ports: [] });
    expect(container.Hosts).toEqual(["192.0.2.1 store-a", "10.0.0.1 store-b", "10.0.0.1 store-c"]);
    expect(await getValue(value.endpoints)).toMatchObject({ a: "http://a.example:9000", b: "http://b.example:9000" });
  });

  test("rejects a name as an address", () => {
    expect(requireIpAddress("store", "2001:db8::1")).toBe("2001:db8::1");
    expect(() => requireIpAddress("store", "a.example")).toThrow(
      'MinioService "store": privateAddress "a.example": must be an IP address, because members on the host network find each other by it: give one as privateAddress',
    );
  });

  const LABELS = ownerLabels(owner("store"));
  const requirement = { ...SERVICE, usesHostNetwork: true };
  test.each([
    ["accepted if the store itself uses it", [service("store", LABELS)], requirement, 0],
    ["rejected if another program uses it", [], requirement, 1],
    ["rejected if it is to be published", [service("store", LABELS)], SERVICE, 1],
  ])("a port in use is %s", (_, services, asked, count) => {
    const found = snapshot({ a: ownManager({}, services) }, { machines: { a: machine({ listening: [9000] }) } });
    expect(checkService(asked, [], found)).toHaveLength(count);
  });
});

test("on a bridge, the endpoint of a store that publishes nothing is its member's name", async () => {
  const bridge = fakeNetwork("network-1", { driver: "bridge" });
  const { value } = await made({ network: bridge, expose: false, pools: { main: { hosts: ["b"] } } });
  expect(await getValue(value.endpoint)).toBe("http://store-b:9000");
});

test("reports issues of the network together with all others", async () => {
  const message = await getErrorMessage(() => {
    const swarm = new Swarm("swarm", { managers: [fakeHost("a"), fakeHost("b"), fakeHost("c")] });
    return new MinioService("store", {
      swarm,
      network: fakeNetwork("network-1", { driver: "bridge" }),
      logMaxFiles: 0,
    });
  });
  expect(message).toMatch(/logMaxFiles 0.*\n.*network "bridge": does not connect hosts/);
});
