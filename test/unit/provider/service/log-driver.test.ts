import { expect, test, vi } from "vitest";
import { Engine } from "../../../../engine/engine.ts";
import type { EngineInfo } from "../../../../engine/types.ts";
import { withDefaultLogOptions } from "../../../../provider/service/log-driver.ts";
import { specOf } from "../../../fake-swarm/test-swarm.ts";

const OPTIONS = { "max-size": "10m", "max-file": "3" };
const ROTATED = { Name: "json-file", Options: OPTIONS };

/** Returns the log driver on hosts with these default drivers; undefined is a host that does not answer. */
async function driverOn(
  defaults: (string | undefined)[],
  spec = specOf("a"),
  olds: Parameters<typeof withDefaultLogOptions>[2] = {},
  defaultLogOptions: Record<string, string> | undefined = OPTIONS,
) {
  const nodes = Object.fromEntries(
    defaults.map((_driver, at) => [`host${at}`, { nodeId: `${at}`, connection: { host: `unix:///${at}` } }]),
  );
  const asked = vi.spyOn(Engine.prototype, "info").mockImplementation(function (this: Engine) {
    const LoggingDriver = defaults[Number(this.connection.host.at(-1))];
    return LoggingDriver === undefined
      ? Promise.reject(new Error("down"))
      : Promise.resolve({ LoggingDriver } as EngineInfo);
  });
  const { LogDriver } = (await withDefaultLogOptions(spec, { defaultLogOptions, nodes }, olds)).TaskTemplate;
  const questions = asked.mock.calls.length;
  asked.mockRestore();
  return { LogDriver, questions };
}

test.each<[string, (string | undefined)[], unknown]>([
  ["json-file on every host", ["json-file", "json-file"], ROTATED],
  ["journald", ["journald"], undefined],
  ["local, which rotates by itself", ["local"], undefined],
  ["another one on one of the hosts", ["json-file", "syslog"], undefined],
  ["json-file, and a host that does not answer", ["json-file", undefined], ROTATED],
  ["not known before the hosts exist", [undefined], ROTATED],
])("the engines' default: %s", async (_what, defaults, wanted) => {
  expect((await driverOn(defaults)).LogDriver).toEqual(wanted);
});

test("leaves a log driver of the spec, and a service without default options", async () => {
  const LogDriver = { Name: "gelf" };
  const own = { ...specOf("a"), TaskTemplate: { ...specOf("a").TaskTemplate, LogDriver } };
  expect(await driverOn(["json-file"], own)).toEqual({ LogDriver, questions: 0 });
  const none = await withDefaultLogOptions(specOf("a"), { defaultLogOptions: undefined, nodes: {} }, {});
  expect(none.TaskTemplate.LogDriver).toBeUndefined();
});

test("keeps its decision until the spec or the options change", async () => {
  const rotated = { ...specOf("a"), TaskTemplate: { ...specOf("a").TaskTemplate, LogDriver: ROTATED } };
  const olds = { spec: rotated, defaultLogOptions: OPTIONS };
  expect(await driverOn(["journald"], specOf("a"), olds)).toEqual({ LogDriver: ROTATED, questions: 0 });
  const plain = { spec: specOf("a"), defaultLogOptions: OPTIONS };
  expect(await driverOn(["json-file"], specOf("a"), plain)).toEqual({ LogDriver: undefined, questions: 0 });
  expect(await driverOn(["journald"], specOf("b"), olds)).toEqual({ LogDriver: undefined, questions: 1 });
  // The state of an earlier release has the driver without the options: asks, and finds the same.
  expect(await driverOn(["json-file"], specOf("a"), { spec: rotated })).toEqual({ LogDriver: ROTATED, questions: 1 });
});
