import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import { handlers } from "../../../../provider/handlers.ts";
import { toStruct } from "../../../../provider/rpc/properties.ts";
import { resourceServer } from "../../../../provider/rpc/resource-server.ts";
import type { ResourceHandler } from "../../../../provider/runtime/resource-handler.ts";

export const URN = "urn:pulumi:dev::project::swarm:index:Swarm$swarm:index:Service::store";

/** The handler under test, served as the plugin serves it, and asked as Pulumi asks. */
export class Served {
  readonly worked: string[] = [];
  readonly #server = new Server();
  client!: service.ResourceProviderClient;

  async start(handler: Partial<ResourceHandler<object, object>>): Promise<this> {
    const during = <T>(urn: string, work: () => Promise<T>): Promise<T> => {
      this.worked.push(urn);
      return work();
    };
    const all = { ...handlers, Service: handler as ResourceHandler<object, object> };
    this.#server.addService(service.ResourceProviderService, resourceServer(all, { version: "9.9.9", during }));
    const port = await new Promise<number>((done) =>
      this.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_error, bound) => done(bound)),
    );
    const options = { "grpc.enable_http_proxy": 0 };
    this.client = new service.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), options);
    return this;
  }

  stop(): void {
    this.client.close();
    this.#server.forceShutdown();
  }
}

/** Returns what a call of the service answers. */
export function answer<Response>(call: (done: (error: ServiceError | null, response: Response) => void) => unknown) {
  return new Promise<Response>((done, fail) => call((error, response) => (error ? fail(error) : done(response))));
}

export function checkRequest(news: object, olds: object = {}) {
  const request = new rpc.CheckRequest();
  request.setUrn(URN);
  request.setNews(toStruct(news));
  request.setOlds(toStruct(olds));
  return request;
}

export function diffRequest(oldInputs: object, news: object, state = oldInputs) {
  const request = new rpc.DiffRequest();
  request.setUrn(URN);
  request.setId("id");
  request.setOlds(toStruct(state));
  request.setOldInputs(toStruct(oldInputs));
  request.setNews(toStruct(news));
  return request;
}

export function createRequest(inputs: object, urn = URN) {
  const request = new rpc.CreateRequest();
  request.setUrn(urn);
  request.setProperties(toStruct(inputs));
  return request;
}

export function readRequest(state?: object) {
  const request = new rpc.ReadRequest();
  request.setUrn(URN);
  request.setId("id");
  if (state) request.setProperties(toStruct(state));
  request.setInputs(toStruct({ from: "request" }));
  return request;
}

/** Returns the details of an error about a resource that exists but does not work. */
export function initFailure({ metadata }: ServiceError): rpc.ErrorResourceInitFailed {
  const [details] = metadata.get("grpc-status-details-bin");
  const [packed] = statusProto.Status.deserializeBinary(details as Buffer).getDetailsList();
  return packed!.unpack(
    (bytes) => rpc.ErrorResourceInitFailed.deserializeBinary(bytes),
    "pulumirpc.ErrorResourceInitFailed",
  )!;
}
