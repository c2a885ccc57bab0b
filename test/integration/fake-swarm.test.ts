import { expect, test } from "vitest";
import { Engine } from "../../engine/engine.ts";
import { FakeEngines } from "../fake-swarm/fake-engines.ts";
import { play } from "../fake-swarm/script/play.ts";
import type { RecordedAnswer } from "../fake-swarm/script/script.ts";
import { REALISTIC, type Timing } from "../fake-swarm/timing.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { waitForAutolock } from "./manual-changes.ts";

/** Fields of real engines that the fake leaves out, as nothing uses them. It has all others. */
const OMITTED = [
  /\.(?:TLSInfo|RegistryConfig|IndexServerAddress|DriverStatus|Plugins|Warnings|Endpoint|CompletedTasks)$/,
  /^without a leader: info\.shape\.Swarm\.Cluster\./,
  /\.NetworksAttachments\.0\./,
  /^a container\./,
  /^a task's container in the list\.shape\.0\./,
];

/** A tenth of real durations, as this test runs in real time. */
const BRISK: Timing = Object.assign(
  { ...REALISTIC },
  Object.fromEntries(Object.entries(REALISTIC).map(([what, ms]) => [what, ms / 10])),
);

describeOnLab(
  "the fake Swarm",
  (scene) => {
    test("gives the same errors and shapes of results as real engines", async () => {
      const { lab, images } = scene();
      const [real, fake] = await Promise.all([
        play({
          image: images.a,
          engine: (number) => lab.host(number).engine,
          address: (number) => lab.host(number).address,
          stop: (number) => lab.kill(number),
          start: (number) => lab.start(number),
          encrypted: (number) => waitForAutolock(lab.host(number)),
        }),
        playFake(images.a),
      ]);
      expect(Object.keys(fake)).toEqual(Object.keys(real));
      const differences = Object.entries(real).flatMap(([name, said]) => differencesOf(name, said, fake[name]));
      expect(differences).toEqual([]);
    });
  },
  // The fake imitates the oldest supported engine.
  { hosts: 3, engines: ["20.10"] },
);

async function playFake(image: string): Promise<Record<string, RecordedAnswer>> {
  const fake = await FakeEngines.start(3, { timing: BRISK });
  fake.application.start = ({ task }) =>
    task.Spec.ContainerSpec.Command ? { err: "starting container failed: no such file or directory" } : undefined;
  try {
    return await play({
      image,
      engine: (number) => new Engine(fake.engine(number).connection),
      address: (number) => fake.engine(number).address,
      stop: async (number) => fake.engine(number).stop(),
      start: async (number) => fake.engine(number).start(),
      encrypted: () => Promise.resolve(),
    });
  } finally {
    await fake.stop();
  }
}

/** Returns where the fake's answer differs from a real engine's. */
function differencesOf(path: string, real: unknown, fake: unknown): string[] {
  if ((fake === undefined || fake === "nothing") && OMITTED.some((pattern) => pattern.test(path))) return [];
  if (!isObject(real) || !isObject(fake)) {
    return real === fake ? [] : [`${path}: ${JSON.stringify(real)}, and the fake ${JSON.stringify(fake)}`];
  }
  const keys = [...new Set([...Object.keys(real), ...Object.keys(fake)])];
  return keys.flatMap((key) => differencesOf(`${path}.${key}`, real[key], fake[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
