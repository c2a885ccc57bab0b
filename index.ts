import { makeStack } from "./stacks/index.ts";

export const {
  endpoint,
  endpoints,
  consoleEndpoints,
  metricsEndpoints,
  metricsToken,
  subnet,
  subnetGateway,
  networkId,
  networkName,
  swarmId,
  nodes,
  serviceIds,
  rootUser,
  rootPassword,
  caCertificate,
  users,
} = await makeStack();
