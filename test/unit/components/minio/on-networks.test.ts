import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { MinioService, type MinioServiceArgs } from "../../../../components/minio/minio-service.ts";
import { requireIpAddress } from "../../../../components/minio/spec/spec.ts";
import type { DataNetwork } from "../../../../components/networks/node-network/data-network.ts";
import { checkService } from "../../../../provider/preflight/checks/service.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, getErrorMessage, runProgram, getValue } from "../../harness.ts";
import { machine, owner, ownManager, service, SERVICE, snapshot } from "../../preflight-snapshot.ts";

const network = (more: Partial<DataNetwork>): DataNetwork => ({ networkId: pulumi.output("network-1"), ...more });
const ADDRESSES = pulumi.output<Record<string, string>>({ a: "10.50.0.9", c: "10.50.0.11" });
const LINKED = network({ driver: "macvlan", hosts: ["a", "b", "c"], addresses: ADDRESSES });
const HOST = network({ driver: "host" });

function outputs(type: string): Record<string, unknown> {
  if (type.endsWith(":RootCredentials")) return { user: "u", password: "p", generation: "g" };
  return type.endsWith(":Certificate") ? { authority: "ca", certificate: "c", key: "k", generation: "g" } : {};
}

async function made(args: Partial<MinioServiceArgs> & Pick<MinioServiceArgs, "network">) {
  const a = { ...fakeHost("a"), privateAddress: pulumi.output("192.0.2.1") };
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

describe("on a network that is there outside of Docker", () => {
  test("nothing is published, and members are at their own addresses, as far as these are known", async () => {
    const { value, spec, container } = await made({ network: LINKED });
    expect(spec.EndpointSpec).toEqual({ Mode: "dnsrr", Ports: [] });
    expect(container.Hosts).toBeUndefined();
    expect(await getValue(value.endpoints)).toEqual({ a: "http://10.50.0.9:9000", c: "http://10.50.0.11:9000" });
    expect(await getValue(value.consoleEndpoints)).toMatchObject({ a: "http://10.50.0.9:9001" });
    expect(await getValue(value.endpoint)).toBe("http://10.50.0.9:9000");
  });

  test("without addresses that are known, the store is called by its name there", async () => {
    const { value } = await made({ network: network({ driver: "ipvlan" }) });
    expect(await getValue(value.endpoints)).toEqual({});
    expect(await getValue(value.endpoint)).toBe("http://store:9000");
  });

  test("the preflight asks for no ports of the hosts", async () => {
    const requirements = (await made({ network: LINKED })).inputsOf("swarm-preflight")["requirements"] as {
      kind: string;
    }[];
    expect(requirements.find(({ kind }) => kind === "service")).toMatchObject({ ports: {} });
  });

  test("its certificate names these addresses", async () => {
    const { inputsOf } = await made({ network: LINKED, tls: true });
    expect(inputsOf("store-tls")["names"]).toEqual(expect.arrayContaining(["10.50.0.9", "10.50.0.11", "store"]));
  });
});

describe("on the hosts' own network", () => {
  test("ports are there without being published, and members are told where each of them is", async () => {
    const { value, spec, container } = await made({ network: HOST });
    expect(spec.EndpointSpec).toEqual({ Mode: "dnsrr", Ports: [] });
    expect(container.Hosts).toEqual(["192.0.2.1 store-a", "10.0.0.1 store-b", "10.0.0.1 store-c"]);
    expect(await getValue(value.endpoints)).toMatchObject({ a: "http://a.example:9000", b: "http://b.example:9000" });
  });

  test("a name is no address", () => {
    expect(requireIpAddress("store", "2001:db8::1")).toBe("2001:db8::1");
    expect(() => requireIpAddress("store", "a.example")).toThrow(
      'MinioService "store": privateAddress "a.example": must be an IP address, by which members on the host network find each other: give one as privateAddress',
    );
  });

  const LABELS = ownerLabels(owner("store"));
  const requirement = { ...SERVICE, usesHostNetwork: true };
  test.each([
    ["the store's own", [service("store", LABELS)], requirement, 0],
    ["somebody's", [], requirement, 1],
    ["somebody's, as the store publishes them", [service("store", LABELS)], SERVICE, 1],
  ])("a port that a process has is %s", (_, services, asked, count) => {
    const found = snapshot({ a: ownManager({}, services) }, { machines: { a: machine({ listening: [9000] }) } });
    expect(checkService(asked, [], found)).toHaveLength(count);
  });
});

test("on a bridge a closed store is called by its member's name, for it has no other there", async () => {
  const bridge = network({ driver: "bridge" });
  const { value } = await made({ network: bridge, expose: false, pools: { main: { hosts: ["b"] } } });
  expect(await getValue(value.endpoint)).toBe("http://store-b:9000");
});

test("what is wrong with the network is refused together with the rest", async () => {
  const message = await getErrorMessage(() => {
    const swarm = new Swarm("swarm", { managers: [fakeHost("a"), fakeHost("b"), fakeHost("c")] });
    return new MinioService("store", { swarm, network: network({ driver: "bridge" }), logMaxFiles: 0 });
  });
  expect(message).toMatch(/logMaxFiles 0.*\n.*network "bridge": does not connect hosts/);
});
