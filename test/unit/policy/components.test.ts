import { expect, test } from "vitest";
import { AwsHosts } from "../../../components/aws/index.ts";
import { Firewall, type Host, HostNetwork, SshHosts, Swarm, SwarmService } from "../../../components/index.ts";
import { RULES } from "../../../policy/rules.ts";
import { awsCalls, awsOutputs } from "../aws-mocks.ts";
import { runProgram } from "../harness.ts";

const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)} me`;

/** Returns a stack rule's violations for real components, by resource. */
async function says(rule: string, program: () => void): Promise<string[]> {
  const { resources } = await runProgram(program, { answers: awsCalls(), outputs: awsOutputs });
  const all = resources.map(({ type, name, urn, inputs, parent, inputDependencies }) => ({
    ...{ type, name, urn, parent, sources: inputDependencies },
    ...{ props: inputs, isProtected: false },
  }));
  const found = RULES.find(({ name }) => name === rule);
  if (!found || !("stack" in found)) throw new Error(`${rule} is no rule about stacks`);
  return found.stack(all).map(({ text, urn }) => `${urn?.split("::").at(-1) ?? ""}: ${text}`);
}

/** Creates a service with a port on each of these hosts. */
function web(hosts: Host[], guarded: string[] = []): void {
  const swarm = new Swarm("swarm", { managers: hosts });
  if (guarded.length > 0) new Firewall("guard", { swarm, hosts: guarded, ports: [80], allowFrom: ["198.51.100.0/24"] });
  new SwarmService("web", {
    swarm,
    spec: {
      Name: "web",
      Mode: { Global: {} },
      TaskTemplate: { ContainerSpec: { Image: "caddy:2" }, Networks: [] },
      EndpointSpec: {
        Mode: "dnsrr",
        Ports: [{ Protocol: "tcp", TargetPort: 80, PublishedPort: 80, PublishMode: "host" }],
      },
    },
  });
}

const onAws = () =>
  new AwsHosts("aws", {
    managers: { a: { zone: "eu-central-1a" }, b: { zone: "eu-central-1b" }, c: { zone: "eu-central-1c" } },
    publicKeys: [KEY],
  });
const elsewhere = (...keys: string[]) =>
  new SshHosts("hosts", { hosts: Object.fromEntries(keys.map((key) => [key, { address: `${key}.example` }])) });
const UNGUARDED = [expect.stringContaining("web: ports 80 are published on all addresses")];

test("accepts hosts that are AWS instances, but not the stack's other hosts", async () => {
  expect(await says("no-unguarded-ports", () => web(onAws().list))).toEqual([]);
  const beside = () => {
    onAws();
    web(elsewhere("x").list);
  };
  expect(await says("no-unguarded-ports", beside)).toEqual(UNGUARDED);
});

test("a firewall protects only its own hosts", async () => {
  const both = elsewhere.bind(undefined, "x", "y");
  const guardedOn = (count: number) => () => {
    const { list } = both();
    web(list, ["x", "y"].slice(0, count));
  };
  expect(await says("no-unguarded-ports", guardedOn(2))).toEqual([]);
  expect(await says("no-unguarded-ports", guardedOn(1))).toEqual(UNGUARDED);
});

test("finds a store on the hosts' network through the network's source", async () => {
  const program = () => {
    const swarm = new Swarm("swarm", { managers: elsewhere("x").list });
    const { networkId } = new HostNetwork("host", { swarm });
    const ContainerSpec = { Image: "silo:1", Command: ["minio", "server", "/data"] };
    const TaskTemplate = { ContainerSpec, Networks: [{ Target: networkId }] };
    new SwarmService("store", { swarm, spec: { Name: "store", Mode: { Global: {} }, TaskTemplate } });
  };
  expect(await says("tls-outside-dev", program)).toEqual([
    expect.stringContaining("store: the store's ports on its host"),
  ]);
  expect(await says("no-unguarded-ports", program)).toEqual([expect.stringContaining("with ports 9000 open on all")]);
});
