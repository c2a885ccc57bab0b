import type { ServiceError } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EngineConnection } from "../../../../engine/engine-connection.ts";
import { fromStruct, toStruct } from "../../../../provider/rpc/properties.ts";
import { ResourceInitError } from "../../../../provider/runtime/errors.ts";
import { answer, checkRequest, createRequest, diffRequest, initFailure, readRequest, Served, URN } from "./served.ts";

/** A secret in Pulumi's wire format. */
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});
const HOSTILE = "before \u001b[2J after";

let served: Served;
beforeEach(() => {
  served = new Served();
});
afterEach(() => served.stop());

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

  test("marks what the handler calls secret, which no program does", async () => {
    const read = async () => ({ id: "found", props: { token: "t", a: 1 }, inputs: { token: "t" } });
    const { client } = await served.start({ secrets: ["token"], read });
    const response = await answer<rpc.ReadResponse>((done) => client.read(importRequest(), done));
    expect(response.getProperties()?.toJavaScript()).toEqual({ token: secret("t"), a: 1 });
    expect(response.getInputs()?.toJavaScript()).toEqual({ token: secret("t") });
  });

  test("of a component names the resource to import instead", async () => {
    const { client } = await served.start({});
    const request = importRequest();
    request.setUrn("urn:pulumi:dev::project::swarm:index:Swarm::swarm");
    await expect(answer<rpc.ReadResponse>((done) => client.read(request, done))).rejects.toThrow(
      "swarm:index:Swarm is a component: import swarm:index:Cluster instead",
    );
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
