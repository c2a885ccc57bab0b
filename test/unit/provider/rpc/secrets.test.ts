import type { ServiceError } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toStruct } from "../../../../provider/rpc/properties.ts";
import { ResourceInitError } from "../../../../provider/runtime/errors.ts";
import { answer, checkRequest, createRequest, initFailure, readRequest, Served, URN } from "./served.ts";

let served: Served;
beforeEach(() => {
  served = new Served();
});
afterEach(() => served.stop());

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
