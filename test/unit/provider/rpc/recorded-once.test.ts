import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fromStruct, toStruct } from "../../../../provider/rpc/properties.ts";
import { outputsOf, stateFrom } from "../../../../provider/rpc/recorded-once.ts";
import { answer, createRequest, diffRequest, readRequest, Served, URN } from "./served.ts";

const inputs = { managers: { a: 1 }, role: "worker" };
const state = { ...inputs, address: "10.0.0.1" };

test.each<[string, readonly string[] | undefined, object]>([
  ["without such inputs", undefined, state],
  ["with one", ["managers"], { role: "worker", address: "10.0.0.1" }],
  ["with one that is not given", ["labels"], state],
])("the state comes back from its outputs and inputs, %s", (_what, once, outputs) => {
  expect(outputsOf(state, once)).toEqual(outputs);
  expect(stateFrom(outputs, inputs, once)).toEqual(state);
});

test("other inputs do not become part of the state", () => {
  expect(stateFrom({ role: "manager" }, { ...inputs, labels: { a: "1" } }, ["managers"])).toEqual({
    managers: { a: 1 },
    role: "manager",
  });
});

test("an output wins over the input, as in a state that was recorded before the input was recorded once", () => {
  expect(stateFrom({ managers: { b: 2 } }, inputs, ["managers"])).toEqual({ managers: { b: 2 } });
});

describe("inputs that are recorded once", () => {
  const recordedOnce = ["managers"];
  const outputs = { role: "worker", address: "10.0.0.1" };
  let served: Served;
  beforeEach(() => {
    served = new Served();
  });
  afterEach(() => served.stop());

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
