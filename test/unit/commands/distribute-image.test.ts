import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeWorkingConfig } from "../../../commands/lib/config.ts";
import { distributeInBackground, distributeImage } from "../../../commands/lib/distribute-image.ts";
import { IMAGE_KEY, lastBuiltImage, describeImageChange } from "../../../commands/lib/store-image.ts";
import { openState } from "../../../commands/lib/state.ts";
import { prepullImage } from "../../../provider/service/image-prepull.ts";
import { taskError } from "../../../provider/service/task-snapshot.ts";
import { Engine } from "../../../engine/engine.ts";
import type { TaskDetails } from "../../../engine/types.ts";
import { isBuiltImage } from "../../../core/image-name.ts";
import { type ImageContents, packImage } from "../../../toolchain/docker-image.ts";

const NAMED = (hash: string) => `localhost:1/pulumi-swarm/minio:2026-02-12-${hash}`;
const CONTENTS: ImageContents = {
  files: [{ name: "minio", mode: 0o755, content: Buffer.from("a program") }],
  entrypoint: ["/minio"],
  env: ["PATH=/"],
  labels: {},
};

describe("a packed image", () => {
  const { name } = packImage(CONTENTS, NAMED);

  test("has a name that depends only on its contents", () => {
    const files = CONTENTS.files.map((file) => ({ ...file }));
    expect(packImage({ ...CONTENTS, files }, NAMED).name).toBe(name);
    expect(isBuiltImage(name)).toBe(true);
  });

  test.each<[string, Partial<ImageContents>]>([
    ["program", { files: [{ name: "minio", mode: 0o755, content: Buffer.from("another") }] }],
    ["file mode", { files: [{ name: "minio", mode: 0o700, content: Buffer.from("a program") }] }],
    ["entrypoint", { entrypoint: ["/mc"] }],
    ["environment", { env: ["PATH=/bin"] }],
    ["label", { labels: { variant: "b" } }],
  ])("differs in its name with another %s", (_what, change) => {
    expect(packImage({ ...CONTENTS, ...change }, NAMED).name).not.toBe(name);
  });

  test("has that name in its archive", () => {
    expect(packImage(CONTENTS, NAMED).archive.toString("latin1")).toContain(`"RepoTags":["${name}"]`);
  });
});

/** An engine that stores images by the name in the archive, and by an id that depends on its image store. */
class FakeEngine {
  readonly images = new Set<string>();
  pulls = 0;
  readonly server: Server;
  readonly connection: { host: string };

  constructor(path: string) {
    this.connection = { host: `unix://${path}` };
    this.server = createServer((request, response) => {
      const url = decodeURIComponent(request.url ?? "");
      const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      void buffer(request).then((body) => {
        const [, asked = ""] = /^\/images\/(.*)\/json$/.exec(url) ?? [];
        if (url === "/_ping") return answer(200, "OK");
        if (url.startsWith("/images/load")) {
          const [, name = ""] = /"RepoTags":\["([^"]+)"\]/.exec(body.toString("latin1")) ?? [];
          this.images.add(name);
          return answer(200, { stream: `Loaded image: ${name}` });
        }
        if (url.startsWith("/images/create")) this.pulls += 1;
        if (url.startsWith("/tasks")) return answer(200, [{ NodeID: "a" }]);
        if (url.startsWith("/nodes"))
          return answer(200, [{ ID: "a", Status: { State: "ready" }, Description: { Hostname: "a" } }]);
        return this.images.has(asked)
          ? answer(200, { Id: `sha256:${path}` })
          : answer(404, { message: "No such image" });
      });
    });
  }

  async start(): Promise<void> {
    const path = this.connection.host.replace("unix://", "");
    await new Promise<void>((listening) => this.server.listen(path, listening));
  }
}

describe("the image for hosts that cannot pull it", () => {
  let folder: string;
  let engines: FakeEngine[];
  const packed = packImage(CONTENTS, NAMED);
  const build = () => Promise.resolve({ name: packed.name, pack: () => packed });
  const canPull = () => Promise.resolve(false);
  const hosts = () => engines.map(({ connection }, at) => ({ key: "abc"[at]!, connection }));
  const image = (transfers: boolean) => distributeImage(hosts(), { wasDistributed: false, transfers, canPull, build });

  beforeEach(async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-image-"));
    engines = ["a", "b", "c"].map((name) => new FakeEngine(join(folder, `${name}.sock`)));
    await Promise.all(engines.slice(0, 2).map((engine) => engine.start()));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    for (const { server } of engines) server.close();
    rmSync(folder, { recursive: true });
  });

  test("has the same name in the preview, in `up`, and in engines with different image stores", async () => {
    const before = await image(false);
    expect(engines.map(({ images }) => images.size)).toEqual([0, 0, 0]);
    const brought = await image(true);
    expect([before!.built.name, brought!.built.name]).toEqual([packed.name, packed.name]);
    expect(engines.slice(0, 2).map(({ images }) => [...images])).toEqual([[packed.name], [packed.name]]);
    expect((await image(false))!.built.name).toBe(packed.name);
  });

  test("reaches a host whose engine starts during the run, under the name that the run uses", async () => {
    const brought = await image(true);
    expect(brought!.unreachable.map(({ key }) => key)).toEqual(["c"]);
    const bringing = distributeInBackground(brought!);
    await engines[2]!.start();
    await vi.waitFor(() => expect([...engines[2]!.images]).toEqual([packed.name]), 10_000);
    await bringing.stop();
  });

  test("is never pulled: a host without it keeps the tasks of the previous image", async () => {
    const [a] = engines;
    const options = {
      service: "store",
      image: packed.name,
      engines: { a: { nodeId: "a", connection: a!.connection } },
    };
    const spread = () => prepullImage(new Engine(a!.connection), ["one"], { ...options, timeoutMs: 5_000 });
    await expect(spread()).rejects.toThrow(
      /no task was stopped.*host a: does not have the image, which pulumi-swarm built and cannot be pulled: run `npm run up`/,
    );
    a!.images.add(packed.name);
    await spread();
    expect(a!.pulls).toBe(0);
  });
});

const IMAGE = NAMED("0123456789ab");
const UNPULLABLE = "the engine could not pull it: check the image's name, and the host's access to its registry";
const LACKING = `No such image: ${IMAGE}, which cannot be pulled, because pulumi-swarm built it: run \`npm run up\``;
const REFUSED = `failed to resolve reference "${IMAGE}": failed to do request: Head "https://localhost:1/v2/pulumi-swarm/minio": connect: connection refused`;

test.each([
  ["Docker 20.10", IMAGE, "rejected", `No such image: ${IMAGE}`, LACKING],
  ["Docker 29", IMAGE, "rejected", REFUSED, LACKING],
  ["a program", IMAGE, "failed", "task: non-zero exit (1)", "task: non-zero exit (1)"],
  ["a registry", "silo:1", "rejected", "No such image: silo:1", `No such image: silo:1: ${UNPULLABLE}`],
  ["a running task", IMAGE, "running", undefined, undefined],
])("explains the error of a task: %s", (_who, Image, State, Err, told) => {
  expect(taskError({ Spec: { ContainerSpec: { Image } }, Status: { State, Err } } as TaskDetails)).toBe(told);
});

describe("the image of an earlier run", () => {
  const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "pulumi-swarm-before-"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: some-project\nruntime: nodejs\n");
  });
  afterEach(() => rmSync(project, { recursive: true }));

  test.each<[string, string | undefined, string | undefined]>([
    ["its name", NAMED("0123456789ab"), NAMED("0123456789ab")],
    ["its id, as in earlier versions", DIGEST, DIGEST],
    ["another, which engines can pull", `pgsty/silo:1@${DIGEST}`, undefined],
    ["none", undefined, undefined],
  ])("is known if the configuration contains %s", (_what, image, before) => {
    const state = openState(project);
    writeWorkingConfig(state, "dev", image === undefined ? {} : { [IMAGE_KEY]: image });
    expect(lastBuiltImage(state, "dev")).toBe(before);
  });
});

test("a replaced image is announced with the consequence", () => {
  expect(describeImageChange(NAMED("0123456789ab"), "sha256:1")).toBe(
    "image: localhost:1/pulumi-swarm/minio:2026-02-12-0123456789ab replaces sha256:1: `npm run up` restarts all members of the store with it at once",
  );
});
