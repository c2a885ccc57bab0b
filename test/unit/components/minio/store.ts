import { expect } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { MinioService, type MinioServiceArgs } from "../../../../components/minio/minio-service.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, fakeNetwork, type RegisteredResource, runProgram, type ProgramRunOptions } from "../../harness.ts";

export const SERVICE = "swarm:index:Service";
const COMPONENT = "swarm:index:MinioService";

export type StoreArgs = Omit<MinioServiceArgs, "swarm" | "network">;

export function store(args: StoreArgs = {}, name = "store"): MinioService {
  const swarm = new Swarm("swarm", { managers: [fakeHost("b"), fakeHost("a"), fakeHost("c")] });
  return new MinioService(name, { swarm, network: fakeNetwork("network-1"), ...args });
}

export function outputs(type: string): Record<string, unknown> {
  if (!type.endsWith(":RootCredentials")) return {};
  return { user: "root-abc", password: "very-secret", generation: "g1" };
}

export async function made(args: StoreArgs = {}, options: ProgramRunOptions = {}) {
  const { value, resources } = await runProgram(() => store(args), { outputs, ...options });
  const component = resources.find(({ type }) => type === COMPONENT);
  const children = resources.filter(({ parent }) => parent === component?.urn);
  const services = children.filter(({ type }) => type === SERVICE);
  return { value, resources, children, services };
}

export const specOf = ({ inputs }: RegisteredResource) => inputs["spec"] as ServiceSpec;

export async function onlySpec(args: StoreArgs = {}): Promise<ServiceSpec> {
  const { services } = await made(args);
  expect(services).toHaveLength(1);
  return specOf(services[0]!);
}
