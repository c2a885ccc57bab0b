import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { S3Gateway } from "../../../../components/gateway/s3-gateway.ts";
import { MinioService } from "../../../../components/minio/minio-service.ts";
import { OverlayNetwork } from "../../../../components/networks/overlay/overlay-network.ts";
import type { RegistryLoginArgs } from "../../../../components/service/registry-credentials.ts";
import { SwarmService } from "../../../../components/service/swarm-service.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, getErrorMessage, runProgram } from "../../harness.ts";

type Create = (login: RegistryLoginArgs) => pulumi.Resource;

const COMPONENTS: [string, Create][] = [
  [
    'SwarmService "web"',
    (login) =>
      new SwarmService("web", {
        swarm: swarm(),
        spec: {
          Name: "web",
          Mode: { Global: {} },
          TaskTemplate: { ContainerSpec: { Image: "registry.example/web:1" } },
        },
        ...login,
      }),
  ],
  [
    'MinioService "store"',
    (login) => {
      const on = swarm();
      return new MinioService("store", { swarm: on, network: new OverlayNetwork("net", { swarm: on }), ...login });
    },
  ],
  [
    'S3Gateway "gateway"',
    (login) => {
      const on = swarm();
      const network = new OverlayNetwork("net", { swarm: on });
      const store = new MinioService("store", { swarm: on, network, expose: false });
      return new S3Gateway("gateway", { swarm: on, network, store, ...login });
    },
  ],
];

const swarm = () => new Swarm("swarm", { managers: [fakeHost("a")] });
const LOGIN = { username: "bob", password: "x" };

test.each(COMPONENTS)("%s passes its login to its service as a secret, and to nothing else", async (_name, create) => {
  const plain = { registryCredentials: LOGIN };
  const output = { registryCredentials: pulumi.output({ username: "bob", password: pulumi.secret("x") }) };
  for (const login of [plain, output]) {
    const { resources } = await runProgram(() => create(login), { preview: true });
    const given = resources.filter(({ inputs }) => JSON.stringify(inputs).includes("registryCredentials"));
    expect(given.map(({ type }) => type)).toContain("swarm:index:Service");
    for (const { inputs, secrets } of given) {
      expect(inputs["registryCredentials"]).toEqual(LOGIN);
      expect(secrets).toContain("registryCredentials");
    }
  }
});

test.each(COMPONENTS)("%s rejects an empty user name and an empty password", async (name, create) => {
  const problem = "must not be empty: leave registryCredentials out to use the login of Docker's configuration";
  for (const field of ["username", "password"]) {
    const message = await getErrorMessage(() => create({ registryCredentials: { ...LOGIN, [field]: "" } }));
    expect(message).toContain(`${name}: registryCredentials.${field} ""`);
    expect(message).toContain(problem);
  }
});
