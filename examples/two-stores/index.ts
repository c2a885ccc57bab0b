// Two stores on one Swarm, each on its own network: clients on one network can reach only its store.
import * as pulumi from "@pulumi/pulumi";
import { Host, MinioBucket, MinioService, MinioUser, OverlayNetwork, Swarm } from "pulumi-swarm";

const config = new pulumi.Config();
// Defaults: this machine's engine, its hostname, the loopback address and the package's image.
const [engine, hostname, endpointAddress, image] = ["engine", "hostname", "endpointAddress", "image"].map((key) =>
  config.get(key),
);

const swarm = new Swarm("swarm", { managers: [new Host("local", { engine, hostname, endpointAddress })] });

const redNetwork = new OverlayNetwork("red-network", { swarm });
const red = new MinioService("red", { swarm, network: redNetwork, image, port: 9200, consolePort: 9201 });

const blueNetwork = new OverlayNetwork("blue-network", { swarm });
const blue = new MinioService("blue", { swarm, network: blueNetwork, image, port: 9210, consolePort: 9211 });

// For an application of another project (examples/another-project), so that it does not need root.
new MinioBucket("photos", { store: red });
const app = new MinioUser("app", { store: red, access: { photos: "readwrite" } });

export const endpoint = { red: red.endpoint, blue: blue.endpoint };
export const rootUser = { red: red.rootUser, blue: blue.rootUser };
export const rootPassword = { red: red.rootPassword, blue: blue.rootPassword };
export const { networkId } = redNetwork;
export const { accessKey, secretKey } = app;
