import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EngineConnection } from "../../../../engine/engine-connection.ts";
import { handlers } from "../../../../provider/handlers.ts";
import { fromStruct, toStruct } from "../../../../provider/rpc/properties.ts";
import { resourceServer } from "../../../../provider/rpc/resource-server.ts";
import type { ResourceHandler } from "../../../../provider/runtime/resource-handler.ts";
import { ResourceInitError } from "../../../../provider/runtime/errors.ts";

const URN = "urn:pulumi:dev::project::swarm:index:Swarm$swarm:index:Service::store";
const HOSTILE = "before \u001b[2J after";

/** The handler under test, served as the plugin serves it, and asked as Pulumi asks. */
class Served {
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
    this.client = new service.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    return this;
  }

  stop(): void {
    this.client.close();
    this.#server.forceShutdown();
  }
}

/** Returns what a call of the service answers. */
function answer<Response>(call: (done: (error: ServiceError | null, response: Response) => void) => unknown) {
  return new Promise<Response>((done, fail) => call((error, response) => (error ? fail(error) : done(response))));
}

let served: Served;
beforeEach(() => {
  served = new Served();
});
afterEach(() => served.stop());

function checkRequest(news: object, olds: object = {}) {
  const request = new rpc.CheckRequest();
  request.setUrn(URN);
  request.setNews(toStruct(news));
  request.setOlds(toStruct(olds));
  return request;
}

function diffRequest(oldInputs: object, news: object, state = oldInputs) {
  const request = new rpc.DiffRequest();
  request.setUrn(URN);
  request.setId("id");
  request.setOlds(toStruct(state));
  request.setOldInputs(toStruct(oldInputs));
  request.setNews(toStruct(news));
  return request;
}

function createRequest(inputs: object, urn = URN) {
  const request = new rpc.CreateRequest();
  request.setUrn(urn);
  request.setProperties(toStruct(inputs));
  return request;
}

function readRequest(state?: object) {
  const request = new rpc.ReadRequest();
  request.setUrn(URN);
  request.setId("id");
  if (state) request.setProperties(toStruct(state));
  request.setInputs(toStruct({ from: "request" }));
  return request;
}

/** Returns the details of an error about a resource that exists but does not work. */
function initFailure({ metadata }: ServiceError): rpc.ErrorResourceInitFailed {
  const [details] = metadata.get("grpc-status-details-bin");
  const [packed] = statusProto.Status.deserializeBinary(details as Buffer).getDetailsList();
  return packed!.unpack(
    (bytes) => rpc.ErrorResourceInitFailed.deserializeBinary(bytes),
    "pulumirpc.ErrorResourceInitFailed",
  )!;
}

describe("inputs that are recorded once", () => {
  const recordedOnce = ["managers"];
  const inputs = { managers: { a: 1 }, role: "worker" };
  const outputs = { role: "worker", address: "10.0.0.1" };
  const state = { ...inputs, ...outputs };

  test("are part of the state that a handler compares and changes", async () => {
    const diff = vi.fn(async () => ({ changes: false }));
    const update = vi.fn(async (_id: string, _olds: object, news: object) => ({ outs: { ...state, ...news } }));
    const { client } = await served.start({ recordedOnce, diff, update });
    const news = { managers: { b: 2 }, role: "manager" };
    await answer<rpc.DiffResponse>((done) => client.diff(diffRequest(inputs, news, outputs), done));
    expect(diff).toHaveBeenCalledWith("id", state, news);

    const request = new rpc.UpdateRequest();
    request.setUrn(URN);
    request.setId("id");
    request.setOlds(toStruct(outputs));
    request.setOldInputs(toStruct(inputs));
    request.setNews(toStruct(news));
    const response = await answer<rpc.UpdateResponse>((done) => client.update(request, done));
    expect(update).toHaveBeenCalledWith("id", state, news);
    expect(fromStruct(response.getProperties())).toEqual({ role: "manager", address: "10.0.0.1" });
  });

  test("are not among the outputs of a new resource", async () => {
    const { client } = await served.start({ recordedOnce, create: async () => ({ id: "id", outs: state }) });
    const response = await answer<rpc.CreateResponse>((done) => client.create(createRequest(inputs), done));
    expect(fromStruct(response.getProperties())).toEqual(outputs);
  });

  test("are part of the state that a handler reads and deletes", async () => {
    const read = vi.fn(async (id: string, props?: object) => ({ id, props }));
    const remove = vi.fn(async () => {});
    const { client } = await served.start({ recordedOnce, read, delete: remove });
    const request = readRequest(outputs);
    request.setInputs(toStruct(inputs));
    const response = await answer<rpc.ReadResponse>((done) => client.read(request, done));
    expect(read).toHaveBeenCalledWith("id", state);
    expect(fromStruct(response.getProperties())).toEqual(outputs);

    const deletion = new rpc.DeleteRequest();
    deletion.setUrn(URN);
    deletion.setId("id");
    deletion.setProperties(toStruct(outputs));
    deletion.setOldInputs(toStruct(inputs));
    await answer<empty.Empty>((done) => client.delete(deletion, done));
    expect(remove).toHaveBeenCalledWith("id", state);
  });

  test("are a state, also without outputs", async () => {
    const read = vi.fn(async (id: string, props?: object) => ({ id, props }));
    const { client } = await served.start({ recordedOnce, read });
    const request = readRequest({});
    request.setInputs(toStruct({ managers: { a: 1 } }));
    await answer<rpc.ReadResponse>((done) => client.read(request, done));
    expect(read).toHaveBeenCalledWith("id", { managers: { a: 1 } });
  });
});

describe("an import", () => {
  const importRequest = () => {
    const request = new rpc.ReadRequest();
    request.setUrn(URN);
    request.setId("web");
    return request;
  };
  const configure = (args: object) => {
    const request = new rpc.ConfigureRequest();
    request.setArgs(toStruct(args));
    return answer<rpc.ConfigureResponse>((done) => served.client.configure(request, done));
  };

  test("reads from the engine of the setting swarm:engine", async () => {
    const read = vi.fn(async (_id: string, _state?: object, engine?: () => EngineConnection) => ({
      id: "found",
      props: { host: engine?.().host },
      inputs: { a: 1 },
    }));
    const { client } = await served.start({ read });
    await configure({ engine: "unix:///their.sock" });
    const response = await answer<rpc.ReadResponse>((done) => client.read(importRequest(), done));
    expect(read).toHaveBeenCalledWith("web", undefined, expect.any(Function));
    expect(response.getId()).toBe("found");
    expect(fromStruct(response.getProperties())).toEqual({ host: "unix:///their.sock" });
    expect(fromStruct(response.getInputs())).toEqual({ a: 1 });
  });

  test("answers without properties if the resource does not exist", async () => {
    const { client } = await served.start({ read: async () => ({ id: "" }) });
    const response = await answer<rpc.ReadResponse>((done) => client.read(importRequest(), done));
    expect([response.hasProperties(), response.hasInputs()]).toEqual([false, false]);
  });
});

describe("check", () => {
  test("returns the inputs that the handler decides, and no undefined", async () => {
    const check = vi.fn(async (_olds: object, news: object) => ({
      inputs: { ...news, decided: 1, absent: undefined },
      failures: [],
    }));
    const { client } = await served.start({ check });
    const response = await answer<rpc.CheckResponse>((done) => client.check(checkRequest({ a: 1 }, { a: 0 }), done));
    expect(check).toHaveBeenCalledWith({ a: 0 }, { a: 1 });
    expect(fromStruct(response.getInputs())).toEqual({ a: 1, decided: 1 });
    expect(served.worked).toEqual([URN]);
  });

  test("passes the inputs on where the handler has no check", async () => {
    const { client } = await served.start({});
    const response = await answer<rpc.CheckResponse>((done) => client.check(checkRequest({ a: 1 }), done));
    expect(fromStruct(response.getInputs())).toEqual({ a: 1 });
  });

  test("escapes control characters in a failure", async () => {
    const check = async () => ({ inputs: {}, failures: [{ property: "a", reason: HOSTILE }] });
    const { client } = await served.start({ check });
    const response = await answer<rpc.CheckResponse>((done) => client.check(checkRequest({}), done));
    const failures = response.getFailuresList().map((one) => [one.getProperty(), one.getReason()]);
    expect(failures).toEqual([["a", "before \\u001b[2J after"]]);
  });
});

describe("diff", () => {
  const asked = async (
    compared: { changes: boolean; replaces?: string[]; deleteBeforeReplace?: boolean },
    request: ReturnType<typeof diffRequest>,
  ) => {
    const { client } = await served.start({ diff: async () => compared });
    const response = await answer<rpc.DiffResponse>((done) => client.diff(request, done));
    const details = [...response.getDetaileddiffMap().entries()].map(([path, one]) => [
      path,
      one.getKind(),
      one.getInputdiff(),
    ]);
    return { response, details };
  };

  test("shows the one property that changed", async () => {
    const request = diffRequest({ labels: { a: "1", b: "1" } }, { labels: { a: "1", b: "2" } });
    const { response, details } = await asked({ changes: true }, request);
    expect(response.getChanges()).toBe(rpc.DiffResponse.DiffChanges.DIFF_SOME);
    expect(details).toEqual([["labels.b", rpc.PropertyDiff.Kind.UPDATE, true]]);
  });

  test("shows drift, which the inputs do not have", async () => {
    const request = diffRequest({ a: 1 }, { a: 1 }, { a: 2, output: 3 });
    const { details } = await asked({ changes: true }, request);
    expect(details).toEqual([["a", rpc.PropertyDiff.Kind.UPDATE, false]]);
  });

  test("marks a replacement", async () => {
    const compared = { changes: true, replaces: ["name"], deleteBeforeReplace: true };
    const { response, details } = await asked(compared, diffRequest({ name: "a" }, { name: "b" }));
    expect(response.getReplacesList()).toEqual(["name"]);
    expect(response.getDeletebeforereplace()).toBe(true);
    expect(details).toEqual([["name", rpc.PropertyDiff.Kind.UPDATE_REPLACE, true]]);
  });

  test("shows nothing where the handler sees no change", async () => {
    const { response, details } = await asked({ changes: false }, diffRequest({ a: 1 }, { a: 2 }));
    expect(response.getChanges()).toBe(rpc.DiffResponse.DiffChanges.DIFF_NONE);
    expect(details).toEqual([]);
  });
});

describe("create and update", () => {
  test("return id and state", async () => {
    const { client } = await served.start({
      create: async (inputs) => ({ id: "new", outs: { ...inputs, created: true } }),
    });
    const response = await answer<rpc.CreateResponse>((done) => client.create(createRequest({ a: 1 }), done));
    expect(response.getId()).toBe("new");
    expect(fromStruct(response.getProperties())).toEqual({ a: 1, created: true });
  });

  test("pass old state and new inputs to the handler", async () => {
    const update = vi.fn(async () => ({ outs: { a: 2 } }));
    const { client } = await served.start({ update });
    const request = new rpc.UpdateRequest();
    request.setUrn(URN);
    request.setId("id");
    request.setOlds(toStruct({ a: 1, output: 1 }));
    request.setNews(toStruct({ a: 2 }));
    const response = await answer<rpc.UpdateResponse>((done) => client.update(request, done));
    expect(update).toHaveBeenCalledWith("id", { a: 1, output: 1 }, { a: 2 });
    expect(fromStruct(response.getProperties())).toEqual({ a: 2 });
  });

  test("record a resource that exists but does not work", async () => {
    const create = () => Promise.reject(new ResourceInitError("half", { a: 1 }, HOSTILE));
    const { client } = await served.start({ create });
    const error: ServiceError = await answer<rpc.CreateResponse>((done) => client.create(createRequest({}), done)).then(
      () => expect.fail("it was created"),
      (failure: ServiceError) => failure,
    );
    expect(error.details).toBe("before \\u001b[2J after");
    const failed = initFailure(error);
    expect([failed.getId(), fromStruct(failed.getProperties()), failed.getReasonsList()]).toEqual([
      "half",
      { a: 1 },
      ["before \\u001b[2J after"],
    ]);
  });

  test.each([
    ["an error", new TypeError(HOSTILE)],
    ["an error of the platform, which has only getters", new DOMException(HOSTILE, "TimeoutError")],
  ])("answer %s with its message alone, control characters escaped", async (_what, failure) => {
    const { client } = await served.start({ create: () => Promise.reject(failure) });
    await expect(answer<rpc.CreateResponse>((done) => client.create(createRequest({}), done))).rejects.toMatchObject({
      details: "before \\u001b[2J after",
      code: 2,
    });
  });

  test("are not called in a preview, which the plugin does not announce", async () => {
    const { client } = await served.start({});
    const response = await answer<rpc.ConfigureResponse>((done) => client.configure(new rpc.ConfigureRequest(), done));
    expect(response.getSupportspreview()).toBe(false);
    await expect(
      answer<rpc.ProviderHandshakeResponse>((done) => client.handshake(new rpc.ProviderHandshakeRequest(), done)),
    ).rejects.toMatchObject({ code: 12 });
  });

  test("name a kind that this version does not have", async () => {
    const { client } = await served.start({});
    const request = createRequest({}, "urn:pulumi:dev::project::swarm:index:Spaceship::x");
    await expect(answer<rpc.CreateResponse>((done) => client.create(request, done))).rejects.toMatchObject({
      details:
        "resource type swarm:index:Spaceship: does not exist in pulumi-swarm 9.9.9: use the version that created it",
    });
  });
});

describe("secrets", () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "x" };
  const sent = (properties: ReturnType<rpc.CreateResponse["getProperties"]>) => properties?.toJavaScript();

  test("are accepted, as by every plugin that constructs components", async () => {
    const { client } = await served.start({});
    const response = await answer<rpc.ConfigureResponse>((done) => client.configure(new rpc.ConfigureRequest(), done));
    expect([response.getAcceptsecrets(), response.getAcceptresources(), response.getAcceptoutputs()]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("reach the handler as values, and are secrets again in what it returns", async () => {
    const seen: object[] = [];
    const { client } = await served.start({
      check: async (_olds, news) => ({ inputs: (seen.push(news), news), failures: [] }),
      create: async (inputs) => ({ id: "id", outs: (seen.push(inputs), { ...inputs, open: 1 }) }),
      update: async (_id, olds, news) => ({ outs: (seen.push(olds, news), news) }),
      read: async (id, state) => ({ id, props: (seen.push(state!), state!), inputs: { key: "read" } }),
    });
    const inputs = { key: secret };
    const checked = await answer<rpc.CheckResponse>((done) => client.check(checkRequest(inputs), done));
    expect(checked.getInputs()?.toJavaScript()).toEqual({ key: secret });
    const created = await answer<rpc.CreateResponse>((done) => client.create(createRequest(inputs), done));
    expect(sent(created.getProperties())).toEqual({ key: secret, open: 1 });

    const update = new rpc.UpdateRequest();
    update.setUrn(URN);
    update.setOlds(toStruct(inputs));
    update.setNews(toStruct(inputs));
    const updated = await answer<rpc.UpdateResponse>((done) => client.update(update, done));
    expect(sent(updated.getProperties())).toEqual({ key: secret });

    const read = readRequest(inputs);
    read.setInputs(toStruct(inputs));
    const response = await answer<rpc.ReadResponse>((done) => client.read(read, done));
    expect(sent(response.getProperties())).toEqual({ key: secret });
    expect(sent(response.getInputs())).toEqual({ key: { ...secret, value: "read" } });
    expect(seen).toEqual(Array.from({ length: 5 }, () => ({ key: "x" })));
  });

  test("are secrets in the state of a resource that does not work yet", async () => {
    const { client } = await served.start({
      create: () => Promise.reject(new ResourceInitError("half", { key: "x" }, "not ready")),
    });
    const error = await answer<rpc.CreateResponse>((done) => client.create(createRequest({ key: secret }), done)).then(
      () => expect.fail("it was created"),
      (failure: ServiceError) => failure,
    );
    expect(initFailure(error).getProperties()?.toJavaScript()).toEqual({ key: secret });
  });
});

describe("read and delete", () => {
  test("return the state, and keep the inputs that the handler does not read", async () => {
    const read = vi.fn(async (id: string, state?: object) => ({ id, props: { ...state, seen: true } }));
    const { client } = await served.start({ read });
    const response = await answer<rpc.ReadResponse>((done) => client.read(readRequest({ a: 1 }), done));
    expect(fromStruct(response.getProperties())).toEqual({ a: 1, seen: true });
    expect(fromStruct(response.getInputs())).toEqual({ from: "request" });
  });

  test("return inputs that the handler read", async () => {
    const { client } = await served.start({ read: async (id) => ({ id, props: {}, inputs: { a: 2 } }) });
    const response = await answer<rpc.ReadResponse>((done) => client.read(readRequest({ a: 1 }), done));
    expect(fromStruct(response.getInputs())).toEqual({ a: 2 });
  });

  test("report a resource that is gone", async () => {
    const { client } = await served.start({ read: async () => ({ id: "" }) });
    expect((await answer<rpc.ReadResponse>((done) => client.read(readRequest({ a: 1 }), done))).getId()).toBe("");
  });

  test("tell an import, which has no state", async () => {
    const read = vi.fn(async (id: string) => ({ id, props: {} }));
    const { client } = await served.start({ read });
    const request = readRequest();
    request.clearInputs();
    await answer<rpc.ReadResponse>((done) => client.read(request, done));
    expect(read).toHaveBeenCalledWith("id", undefined, expect.any(Function));
  });

  test("pass the state to the handler that deletes", async () => {
    const remove = vi.fn(async () => {});
    const { client } = await served.start({ delete: remove });
    const request = new rpc.DeleteRequest();
    request.setUrn(URN);
    request.setId("id");
    request.setProperties(toStruct({ a: 1 }));
    await answer<empty.Empty>((done) => client.delete(request, done));
    expect(remove).toHaveBeenCalledWith("id", { a: 1 });
  });
});

test("tells the package's version", async () => {
  const { client } = await served.start({});
  expect((await answer<plugin.PluginInfo>((done) => client.getPluginInfo(new empty.Empty(), done))).getVersion()).toBe(
    "9.9.9",
  );
});
