import * as pulumi from "@pulumi/pulumi";
import { Host } from "../../components/hosts/host.ts";
import type { SwarmNetwork } from "../../components/networks/network.ts";
import type { DataNetwork } from "../../components/networks/node-network/data-network.ts";
import type { Drive } from "../../core/drive.ts";

/** A resource that a program has registered. */
export interface RegisteredResource {
  urn: string;
  type: string;
  name: string;
  /** Whether a provider creates it; false for components. */
  custom: boolean;
  /** URN of the parent; absent for a top-level resource. */
  parent?: string;
  /** URNs of the resources that it depends on. */
  dependencies: string[];
  /** URNs of the resources that each input depends on. */
  inputDependencies: Record<string, string[]>;
  /** The inputs, with secrets unwrapped. */
  inputs: Record<string, unknown>;
  /** The inputs as the state shows them, with `[secret]` in place of each secret. */
  visibleInputs: unknown;
  /** Names of the inputs that are secret or contain a secret. */
  secrets: string[];
  /** Files of the call stack that the SDK has it record. */
  callStack: string[];
}

export interface ProgramRun<T> {
  /** The program's return value. */
  value: T;
  resources: RegisteredResource[];
}

export interface ProgramRunOptions {
  /** Whether to run like `pulumi preview`. @default false */
  preview?: boolean;
  /** Returns a resource's outputs in addition to its inputs. */
  outputs?: (type: string, name: string, inputs: Record<string, unknown>) => Record<string, unknown>;
  /** Returns a resource's id; undefined for the default. */
  ids?: (type: string, name: string) => string | undefined;
  /** Array to which registered resources are appended. */
  resources?: RegisteredResource[];
  /** Returns the result of a provider function. @default - its arguments */
  answers?: (token: string, inputs: Record<string, unknown>) => Record<string, unknown>;
}

/** Runs a program with Pulumi's mocks until everything that it started has settled. */
export async function runProgram<T>(
  program: () => T,
  { preview = false, outputs, ids, answers, resources = [] }: ProgramRunOptions = {},
): Promise<ProgramRun<T>> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: ids?.(type, name) ?? (preview ? undefined : `${name}-id`),
        state: {
          ...(inputs as Record<string, unknown>),
          ...(type.endsWith(":Identity") && { identity: "this-state" }),
          ...outputs?.(type, name, inputs as Record<string, unknown>),
        },
      }),
      call: ({ token, inputs }) => {
        const args = inputs as Record<string, unknown>;
        return answers?.(token, args) ?? args;
      },
    },
    "project",
    "stack",
    preview,
    "organization",
  );
  record(resources);
  // If the program throws, do not wait: what it started may never settle.
  const value = program();
  if (value instanceof Promise) await value;
  await pulumi.runtime.disconnect();
  return { value, resources };
}

/** The fields of a Host. */
export type HostFields = Partial<Pick<Host, (typeof HOST_FIELDS)[number]>>;

const HOST_FIELDS = [
  "labels",
  "zone",
  "engine",
  "privateAddress",
  "dataPathAddress",
  "endpointAddress",
  "machineId",
  "ready",
] as const;

/** Creates a reachable host that registers no resources. */
export function fakeHost(
  key: string,
  drives: Record<string, Drive> = { d1: {}, d2: {} },
  hostname = key,
  fields: HostFields = {},
): Host {
  return Object.assign(Object.create(Host.prototype) as Host, {
    __pulumiType: "swarm:index:Host",
    key,
    declaredHostname: hostname,
    hostname: pulumi.output(hostname),
    labels: {},
    drives,
    engine: pulumi.output({ host: `unix:///run/${key}.sock` }),
    privateAddress: pulumi.output(`10.0.0.${key.length}`),
    endpointAddress: pulumi.output(`${key}.example`),
    machineId: pulumi.output(`machine-${key}`),
    ready: pulumi.output(true),
    ...fields,
  });
}

/** Returns an object in place of a network component. */
export function fakeNetwork(id: string, settings: Partial<DataNetwork> = {}): SwarmNetwork {
  const network: DataNetwork = { networkId: pulumi.output(id), ...settings };
  Object.assign(network, { __pulumiType: "swarm:index:OverlayNetwork" });
  return network as SwarmNetwork;
}

/** Returns the value of a known Output. */
export function getValue<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

/** Whether an Output is secret. */
export function isSecret(output: pulumi.Output<unknown>): Promise<boolean> {
  return pulumi.isSecret(output);
}

/** Sets the stack's configuration. Like Pulumi, passes structured values as JSON. */
export function configure(settings: Record<string, unknown>): void {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const texts = given.map(([key, value]): [string, string] => [
    `pulumi-swarm:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts));
}

/** Runs a program that must fail; returns its error, and the resources that were registered nevertheless. */
export async function runFailing(program: () => unknown): Promise<{ error: unknown; resources: RegisteredResource[] }> {
  const resources: RegisteredResource[] = [];
  const error = await runProgram(program, { resources }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new Error("the program did not fail");
  // Registrations continue after the program has failed.
  for (let turn = 0; turn < 100; turn++) await new Promise((done) => setImmediate(done));
  return { error, resources };
}

/** Runs a program that must fail, and returns the error message. */
export async function getErrorMessage(program: () => unknown): Promise<string> {
  const { error } = await runFailing(program);
  return error instanceof Error ? error.message : String(error);
}

interface Request {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getDependenciesList(): string[];
  getPropertydependenciesMap(): { entries(): Iterable<[string, { getUrnsList(): string[] }]> };
  getObject(): { toJavaScript(): Record<string, unknown> };
  getStacktrace(): { getFramesList(): { getPc(): { getUri(): string } | undefined }[] } | undefined;
}

interface Answer {
  getUrn(): string;
}

interface Monitor {
  registerResource(request: Request, callback: (error: unknown, answer: Answer) => void): Promise<void>;
}

/** Lists the URNs of all direct and transitive dependencies of a resource. */
export function listDependencies(
  { dependencies }: RegisteredResource,
  resources: readonly RegisteredResource[],
): string[] {
  return dependencies.flatMap((urn) => {
    const one = resources.find((resource) => resource.urn === urn);
    return one ? [urn, ...listDependencies(one, resources)] : [urn];
  });
}

/** Records registrations at the monitor: mocks do not receive parents and dependencies. */
function record(resources: RegisteredResource[]): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, answer) => {
      if (!error) resources.push(toRegisteredResource(request, answer.getUrn()));
      callback(error, answer);
    });
}

function toRegisteredResource(request: Request, urn: string): RegisteredResource {
  const inputs = request.getObject().toJavaScript();
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent() || undefined,
    dependencies: request.getDependenciesList(),
    inputDependencies: Object.fromEntries(
      Array.from(request.getPropertydependenciesMap().entries(), ([key, from]) => [key, from.getUrnsList()] as const),
    ),
    inputs: mapSecrets(inputs, (value) => value) as Record<string, unknown>,
    visibleInputs: mapSecrets(inputs, () => "[secret]"),
    secrets: Object.keys(inputs).filter((key) => holdsSecret(inputs[key])),
    callStack:
      request
        .getStacktrace()
        ?.getFramesList()
        .map((frame) => frame.getPc()?.getUri() ?? "") ?? [],
  };
}

/** The key that marks special values on the wire, such as secrets. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function mapSecrets(value: unknown, show: (secret: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapSecrets(item, show));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (fields[SIGNATURE] === SECRET) return mapSecrets(show(fields["value"]), show);
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, mapSecrets(field, show)]));
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (value as Record<string, unknown>)[SIGNATURE] === SECRET || Object.values(value).some(holdsSecret);
}
