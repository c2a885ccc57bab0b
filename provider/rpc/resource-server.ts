import { type handleUnaryCall, Metadata, type sendUnaryData, type ServiceError, status } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type struct from "google-protobuf/google/protobuf/struct_pb.js";
import { cancelAll, cutOff, cutOffError } from "../../engine/cancellation.ts";
import { resolveLocalEngine, thisMachine } from "../../engine/connection.ts";
import { escapeControlCharacters } from "../../core/escape-control-characters.ts";
import { errorMessage } from "../../engine/error-message.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { Kind } from "../kinds.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { ResourceInitError } from "../runtime/errors.ts";
import { detailedDiff, type PropertyChange } from "./detailed-diff.ts";
import { fromStruct, toStruct } from "./properties.ts";
import { outputsOf, stateFrom } from "./recorded-once.ts";

/** The handlers by kind, each with its own types of inputs and state. */
export type Handlers = Readonly<Record<Kind, AnyHandler>>;

type AnyHandler = ResourceHandler<object, object>;

export interface ServerOptions {
  /** Version of the package, and of the plugin. */
  version: string;
  /** Runs the work on a resource so that its log lines are shown next to the resource. */
  during: <T>(urn: string, work: () => Promise<T>) => Promise<T>;
}

type Struct = struct.Struct;

/** A method of the service. */
type Method<Request, Response> = handleUnaryCall<Request, Response>;

/**
 * Returns Pulumi's resource provider service for these handlers. It declares no support for previews, so Pulumi never
 * calls `create` or `update` in one.
 */
export function resourceServer(handlers: Handlers, { version, during }: ServerOptions) {
  /** The setting `swarm:engine`. */
  let engineAddress: string | undefined;
  const importedEngine = () => resolveLocalEngine(thisMachine(), engineAddress);
  const isKind = (name: string): name is Kind => Object.hasOwn(handlers, name);
  const handlerOf = (urn: string): AnyHandler => {
    const kind = kindOf(urn);
    if (isKind(kind)) return handlers[kind];
    const own = IMPORTED_KINDS[kind];
    if (own) throw new Error(`swarm:index:${kind} is a component: import swarm:index:${own} instead`);
    throw new Error(
      `resource type swarm:index:${kind}: does not exist in pulumi-swarm ${version}: use the version that created it`,
    );
  };

  /**
   * Returns a method that works on one resource.
   *
   * @param given the resource's properties in the request
   */
  const onResource =
    <Request extends { getUrn(): string }, Response>(
      work: (handler: AnyHandler, request: Request) => Promise<Response>,
      given: (request: Request) => Struct | undefined,
    ): Method<Request, Response> =>
    ({ request }, callback) => {
      const urn = request.getUrn();
      const run = async () => {
        const response = await work(handlerOf(urn), request);
        // A handler may take an engine without an answer for one that is down. Its result must not be recorded.
        cutOff().throwIfAborted();
        return response;
      };
      const toSent = (properties: object) => {
        const kind = kindOf(urn);
        return toStruct(properties, given(request), isKind(kind) ? handlers[kind].secrets : []);
      };
      during(urn, run).then((response) => callback(null, response), failWith(callback, toSent));
    };

  return {
    getPluginInfo: constant(() => {
      const info = new plugin.PluginInfo();
      info.setVersion(version);
      return info;
    }),
    configure: (({ request }, callback) => {
      engineAddress = fromStruct<{ engine?: string }>(request.getArgs()).engine;
      const response = new rpc.ConfigureResponse();
      // A plugin that constructs components must accept all three.
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      response.setAcceptoutputs(true);
      callback(null, response);
    }) satisfies Method<rpc.ConfigureRequest, rpc.ConfigureResponse>,
    cancel: constant(() => {
      cancelAll();
      return new empty.Empty();
    }),
    check: onResource<rpc.CheckRequest, rpc.CheckResponse>(check, (request) => request.getNews()),
    diff: onResource<rpc.DiffRequest, rpc.DiffResponse>(diff, (request) => request.getNews()),
    create: onResource<rpc.CreateRequest, rpc.CreateResponse>(create, (request) => request.getProperties()),
    read: onResource<rpc.ReadRequest, rpc.ReadResponse>(read(importedEngine), (request) => request.getProperties()),
    update: onResource<rpc.UpdateRequest, rpc.UpdateResponse>(update, (request) => request.getNews()),
    delete: onResource<rpc.DeleteRequest, empty.Empty>(remove, (request) => request.getProperties()),
  };
}

async function check(handler: AnyHandler, request: rpc.CheckRequest) {
  const response = new rpc.CheckResponse();
  const news = fromStruct(request.getNews());
  const { inputs, failures } = handler.check
    ? await handler.check(fromStruct(request.getOlds()), news)
    : { inputs: news, failures: [] };
  response.setInputs(toStruct(inputs, request.getNews(), handler.secrets));
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new rpc.CheckFailure();
      failure.setProperty(property);
      failure.setReason(escapeControlCharacters(reason));
      return failure;
    }),
  );
  return response;
}

const KINDS: Record<PropertyChange, [update: number, replace: number]> = {
  add: [rpc.PropertyDiff.Kind.ADD, rpc.PropertyDiff.Kind.ADD_REPLACE],
  delete: [rpc.PropertyDiff.Kind.DELETE, rpc.PropertyDiff.Kind.DELETE_REPLACE],
  update: [rpc.PropertyDiff.Kind.UPDATE, rpc.PropertyDiff.Kind.UPDATE_REPLACE],
};

async function diff(handler: AnyHandler, request: rpc.DiffRequest) {
  const response = new rpc.DiffResponse();
  const state = stateFrom(fromStruct(request.getOlds()), fromStruct(request.getOldInputs()), handler.recordedOnce);
  const news = fromStruct(request.getNews());
  const { changes, replaces = [], deleteBeforeReplace = false } = await handler.diff(request.getId(), state, news);
  response.setChanges(rpc.DiffResponse.DiffChanges[changes ? "DIFF_SOME" : "DIFF_NONE"]);
  response.setReplacesList(replaces);
  response.setDeletebeforereplace(deleteBeforeReplace);
  if (!changes) return response;
  const byInputs = detailedDiff(fromStruct(request.getOldInputs()), news, replaces);
  // After drift only the state differs.
  const isInput = byInputs.length > 0;
  const differing = isInput ? byInputs : detailedDiff(onlyKeysOf(news, state), news, replaces);
  for (const { path, change, replace } of differing) {
    const property = new rpc.PropertyDiff();
    property.setKind(KINDS[change][replace ? 1 : 0]);
    property.setInputdiff(isInput);
    response.getDetaileddiffMap().set(path, property);
  }
  response.setHasdetaileddiff(differing.length > 0);
  return response;
}

async function create(handler: AnyHandler, request: rpc.CreateRequest) {
  const response = new rpc.CreateResponse();
  const { id, outs } = await handler.create(fromStruct(request.getProperties()));
  const outputs = outputsOf(outs, handler.recordedOnce);
  if (handler.update) failIfCutOff(id, outputs);
  response.setId(id);
  response.setProperties(toStruct(outputs, request.getProperties(), handler.secrets));
  return response;
}

const read = (engine: () => EngineConnection) => async (handler: AnyHandler, request: rpc.ReadRequest) => {
  const response = new rpc.ReadResponse();
  const outputs = fromStruct(request.getProperties());
  const recorded = fromStruct(request.getInputs());
  // An import has neither. The outputs alone may be empty, if all properties are recorded once.
  const isImport = isEmpty(outputs) && isEmpty(recorded);
  const state = isImport ? undefined : stateFrom(outputs, recorded, handler.recordedOnce);
  const { id, props, inputs } = state
    ? await handler.read(request.getId(), state)
    : await handler.read(request.getId(), undefined, engine);
  // For an empty response, Pulumi reports that the resource to import does not exist.
  if (isImport && id === "") return response;
  response.setId(id);
  const recordedOutputs = outputsOf(props ?? {}, handler.recordedOnce);
  response.setProperties(toStruct(recordedOutputs, request.getProperties(), handler.secrets));
  response.setInputs(inputs ? toStruct(inputs, request.getInputs(), handler.secrets) : request.getInputs());
  return response;
};

async function update(handler: AnyHandler, request: rpc.UpdateRequest) {
  const response = new rpc.UpdateResponse();
  const news = fromStruct(request.getNews());
  const olds = stateFrom(fromStruct(request.getOlds()), fromStruct(request.getOldInputs()), handler.recordedOnce);
  const outs = handler.update ? (await handler.update(request.getId(), olds, news)).outs : news;
  const outputs = outputsOf(outs, handler.recordedOnce);
  if (handler.update) failIfCutOff(request.getId(), outputs);
  response.setProperties(toStruct(outputs, request.getNews(), handler.secrets));
  return response;
}

async function remove(handler: AnyHandler, request: rpc.DeleteRequest) {
  const inputs = fromStruct(request.getOldInputs());
  await handler.delete?.(request.getId(), stateFrom(fromStruct(request.getProperties()), inputs, handler.recordedOnce));
  return new empty.Empty();
}

/** Has Pulumi record a resource as unfinished if the run was cancelled meanwhile, so that the next one updates it. */
function failIfCutOff(id: string, outputs: object): void {
  const cancelled = cutOffError();
  if (cancelled) throw new ResourceInitError(id, outputs, cancelled.message);
}

/** The kinds that `pulumi import` reads, by the component that creates new ones. */
const IMPORTED_KINDS: Readonly<Record<string, Kind>> = {
  MinioBucket: "Bucket",
  MinioUser: "User",
  OverlayNetwork: "Network",
  Swarm: "Cluster",
  SwarmService: "Service",
};

const isEmpty = (value: object) => Object.keys(value).length === 0;

/** Returns the part of the state to compare with the inputs: without outputs. */
function onlyKeysOf(inputs: object, state: object): object {
  return Object.fromEntries(Object.entries(state).filter(([key]) => key in inputs));
}

/** Returns the kind in a URN: `urn:pulumi:dev::project::parent$swarm:index:Service::name`. */
function kindOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1)?.split(":").at(-1) ?? "";
}

function constant<Response>(response: () => Response): Method<unknown, Response> {
  return (_call, callback) => callback(null, response());
}

/** Returns a function that responds with an error's message, without the stack trace. */
export const failWith =
  <Response>(callback: sendUnaryData<Response>, toSent: (properties: object) => Struct = toStruct) =>
  (error: unknown): void => {
    const message = escapeControlCharacters(errorMessage(error));
    const failure: Partial<ServiceError> = { code: status.UNKNOWN, details: message, message };
    if (error instanceof ResourceInitError) failure.metadata = partialFailure(error, message, toSent);
    callback(failure);
  };

/** Returns the error for a resource that exists but does not work: Pulumi records it, and the next `up` updates it. */
function partialFailure(
  { id, properties, reasons }: ResourceInitError,
  message: string,
  toSent: (properties: object) => Struct,
): Metadata {
  const detail = new rpc.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(toSent(properties));
  detail.setReasonsList(reasons);
  const packed = new any.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const rpcStatus = new statusProto.Status();
  rpcStatus.setCode(status.UNKNOWN);
  rpcStatus.setMessage(message);
  rpcStatus.addDetails(packed);
  const metadata = new Metadata();
  // gRPC's own key for structured details of an error, which Pulumi's engine reads.
  metadata.add("grpc-status-details-bin", Buffer.from(rpcStatus.serializeBinary()));
  return metadata;
}
