import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Engine } from "../../../../engine/engine.ts";
import { EngineError, UnreachableError } from "../../../../engine/transport.ts";
import { Service } from "../../../../provider/service/service.ts";
import type { ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { specOf, type TestSwarm, withFakeTime } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start, said } = withFakeTime();

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const IMAGE = "registry.example/app:1";
const BOB = { username: "bob", password: "password of bob" };
const EVE = { username: "eve", password: "password of eve" };

let folder: string;
/** Logins with which services were sent to Swarm; undefined if a request had none. */
let sent: unknown[];
/** Logins with which the registry was asked. */
let asked: unknown[];
let answer: () => Promise<{ Descriptor: { digest: string } }>;

const decode = (auth: string | undefined) =>
  auth === undefined ? undefined : (JSON.parse(Buffer.from(auth, "base64url").toString()) as unknown);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-config-"));
  vi.stubEnv("DOCKER_CONFIG", folder);
  sent = [];
  asked = [];
  answer = () => Promise.resolve({ Descriptor: { digest: "" } });
  const { createService, updateService } = Engine.prototype;
  vi.spyOn(Engine.prototype, "createService").mockImplementation(function (this: Engine, spec, auth) {
    sent.push(decode(auth));
    return createService.call(this, spec, auth);
  });
  vi.spyOn(Engine.prototype, "updateService").mockImplementation(function (this: Engine, id, version, spec, auth) {
    sent.push(decode(auth));
    return updateService.call(this, id, version, spec, auth);
  });
  vi.spyOn(Engine.prototype, "inspectRemoteImage").mockImplementation((_image, options) => {
    asked.push(decode(options?.registryAuth));
    return answer();
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function logIn(password: string): void {
  const auth = Buffer.from(`bob:${password}`).toString("base64");
  writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: { "registry.example": { auth } } }));
}

const created = (scene: TestSwarm, more: Partial<ServiceInputs>) =>
  advanceUntilSettled(Service.create(scene.service(specOf(IMAGE), more)));

const server = { serveraddress: "registry.example" };

test("creates a service with its login, which the outputs keep only where the inputs have it", async () => {
  const scene = await start(1);
  const { outs } = await created(scene, { registryCredentials: BOB });
  expect(sent).toEqual([{ ...BOB, ...server }]);
  expect(JSON.stringify({ ...outs, registryCredentials: undefined })).not.toContain(BOB.password);
});

test.each<[string, Partial<ServiceInputs>]>([
  ["by Swarm's updater", {}],
  ["with a maintenance check", { maintenanceCommand: ["may-go"] }],
])("rotates the login without restarting a task, %s", async (_way, more) => {
  const scene = await start(2);
  const { id, outs } = await created(scene, { ...more, registryCredentials: BOB });
  const news = scene.service(specOf(IMAGE), { ...more, registryCredentials: EVE });
  expect(await Service.diff(id, outs, news)).toMatchObject({ changes: true, replaces: [] });
  const before = scene.tasks.map(({ ID }) => ID);
  await advanceUntilSettled(Service.update!(id, outs, news));
  expect(sent).toEqual([
    { ...BOB, ...server },
    { ...EVE, ...server },
  ]);
  expect(scene.tasks.map(({ ID }) => ID)).toEqual(before);
});

test.each<[string, Partial<ServiceInputs>]>([
  ["one by one", {}],
  ["one by one with a maintenance check", { maintenanceCommand: ["may-go"] }],
  ["all at once", { restartTogether: ["TaskTemplate.ContainerSpec.Image"] }],
])("sends the login with every write of a change that restarts tasks %s", async (_way, more) => {
  const pulls = vi.spyOn(Engine.prototype, "send");
  const scene = await start(2);
  const { id, outs } = await created(scene, { ...more, registryCredentials: BOB });
  const news = scene.service(specOf("registry.example/app:2"), { ...more, registryCredentials: BOB });
  await advanceUntilSettled(Service.update!(id, outs, news));
  expect(scene.taskStates()["host1"]).toBe("registry.example/app:2 running");
  expect(sent.length).toBeGreaterThan(1);
  expect(new Set(sent.map((auth) => JSON.stringify(auth)))).toEqual(new Set([JSON.stringify({ ...BOB, ...server })]));
  for (const [, path, request] of pulls.mock.calls) {
    if (path === "/images/create") expect(decode(request?.headers?.["x-registry-auth"])).toMatchObject(BOB);
  }
});

test("uses the login of Docker's configuration, and replaces it by one that is given", async () => {
  logIn("x");
  const scene = await start(1);
  const { id, outs } = await created(scene, {});
  expect(JSON.stringify(outs)).not.toContain("password");
  await advanceUntilSettled(Service.update!(id, outs, scene.service(specOf(IMAGE), { registryCredentials: EVE })));
  expect(sent).toEqual([
    { username: "bob", password: "x", ...server },
    { ...EVE, ...server },
  ]);
});

test("keeps the login that a service has if this machine has none, and removes one that is no longer given", async () => {
  const scene = await start(1);
  const { id, outs } = await created(scene, { registryCredentials: BOB });
  const plain = scene.service(specOf(IMAGE));
  const { outs: without } = await advanceUntilSettled(Service.update!(id, outs, plain));
  await advanceUntilSettled(Service.update!(id, without, { ...plain, spec: specOf("registry.example/app:2") }));
  expect(sent).toEqual([{ ...BOB, ...server }, {}, undefined]);
});

test("a credential helper that fails is logged, and the image is pulled without a login", async () => {
  writeFileSync(join(folder, "config.json"), JSON.stringify({ credsStore: "none-of-that-name" }));
  const scene = await start(1);
  await created(scene, {});
  expect(sent).toEqual([undefined]);
  expect(said()).toMatch(/service store: its image is pulled without a login: .*docker-credential-none-of-that-name/);
});

const failures = async (inputs: ServiceInputs, olds: Partial<ServiceInputs> = {}) =>
  (await Service.check!(olds, inputs)).failures.map(({ reason }) => reason);

test.each([
  ["401", () => new EngineError(401, "unauthorized: incorrect username or password")],
  ["500 of an engine before 23", () => new EngineError(500, "errors:\nunauthorized: authentication required\n")],
  ["403", () => new EngineError(403, "requested access to the resource is denied")],
])("rejects a login in one line without the password: %s", async (_status, error) => {
  const scene = await start(1);
  answer = () => Promise.reject(error());
  const given = await failures(scene.service(specOf(IMAGE), { registryCredentials: BOB }));
  logIn("secret");
  const configured = await failures(scene.service(specOf(IMAGE)));
  const problem = "registry registry.example rejects this login for image registry.example/app:1";
  expect([...given, ...configured]).toEqual([
    `service store: registryCredentials.username "bob": ${problem}: correct username and password, or give a login that may pull it`,
    `service store: the login of ${folder}/config.json: ${problem}: log in again with \`docker login registry.example\`, or give registryCredentials`,
  ]);
});

test("asks the registry only about a new image or a new login", async () => {
  const scene = await start(1);
  const olds = scene.service(specOf(IMAGE), { registryCredentials: BOB });
  await failures(olds, olds);
  expect(asked).toEqual([]);
  await failures({ ...olds, registryCredentials: EVE }, olds);
  await failures({ ...olds, spec: specOf("registry.example/app:2") }, olds);
  expect(asked).toEqual([
    { ...EVE, ...server },
    { ...BOB, ...server },
  ]);
});

test.each<[string, Partial<ServiceInputs>]>([
  ["without a login", {}],
  ["for an image of the engine", { spec: specOf(`sha256:${"0".repeat(64)}`), registryCredentials: BOB }],
  ["while the image is unknown", { spec: specOf(UNKNOWN), registryCredentials: BOB }],
  ["while the password is unknown", { registryCredentials: { username: "bob", password: UNKNOWN } }],
])("does not ask the registry %s", async (_when, more) => {
  const scene = await start(1);
  expect(await failures(scene.service(specOf(IMAGE), more))).toEqual([]);
  expect(asked).toEqual([]);
});

test("asks through the next engine if one is unreachable, and never blocks on another error", async () => {
  const scene = await start(2);
  const inputs = scene.service(specOf(IMAGE), { registryCredentials: BOB });
  answer = vi
    .fn<typeof answer>()
    .mockRejectedValueOnce(new UnreachableError("host", "down"))
    .mockRejectedValueOnce(new EngineError(500, "no such host"));
  expect(await failures(inputs)).toEqual([]);
  expect(asked).toHaveLength(2);
  expect(said()).toContain('service store: registryCredentials.username "bob": not checked: no such host');
});
