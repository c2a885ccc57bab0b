import { beforeAll, describe, expect, test } from "vitest";
import { getNetwork, getOnlyService } from "./manual-changes.ts";
import { previewRefusals } from "./in-process-preview.ts";
import { openBuckets, randomObject } from "./s3.ts";
import { ONE_DRIVE, describeOnLab } from "./lab-fixture.ts";
import type { StateResource, TestStack } from "./stack.ts";

/** One change of the configuration, and all operations that it may cause. */
interface Change {
  what: string;
  config: Record<string, unknown>;
  /** Every operation on a resource, in any order. A component is updated when its arguments change. */
  steps: string[];
  /** What the preview prints about it. */
  says?: RegExp;
}

/** Changes that one `up` makes together; each group continues from the one before. None recreates the service. */
const CHANGES: Change[][] = [
  [
    {
      what: "another port",
      config: { port: 9100 },
      steps: ["update minio", "update minio-main"],
      says: /minio-main: its tasks restart one by one: .*EndpointSpec/,
    },
    {
      what: "another port of the console",
      config: { consolePort: 9101 },
      steps: ["update minio", "update minio-main"],
    },
  ],
  [
    {
      what: "a setting of MinIO",
      config: { environment: { MINIO_API_REQUESTS_MAX: "200" } },
      steps: ["update minio", "update minio-main"],
      says: /minio-main: all tasks restart at once, a short outage: .*MINIO_API_REQUESTS_MAX/,
    },
    {
      what: "another name of the root user",
      config: { rootUser: "keeper" },
      steps: [
        "update minio",
        "update minio-credentials",
        ...["minio-root-user", "minio-root-password", "minio-mc-host-config"].flatMap((secret) => [
          `create-replacement ${secret}`,
          `replace ${secret}`,
          `delete-replaced ${secret}`,
        ]),
        "update minio-main",
        "update minio-root-keys",
      ],
      says: /minio-main: all tasks restart at once/,
    },
  ],
  [
    {
      what: "ports no longer published",
      config: { expose: false, port: undefined, consolePort: undefined },
      steps: ["update minio", "update minio-main"],
    },
  ],
  [{ what: "ports published again", config: { expose: true }, steps: ["update minio", "update minio-main"] }],
  [
    {
      what: "another address for clients, which is only an output",
      config: { endpointAddress: "store.example" },
      steps: ["update local"],
    },
    {
      what: "permissions and minReadySeconds for later changes",
      config: { adopt: true, allowOutage: true, minReadySeconds: 2 },
      steps: ["update minio", "update swarm"],
    },
  ],
  [
    {
      what: "permissions and minReadySeconds removed",
      config: { adopt: false, allowOutage: false, minReadySeconds: undefined },
      steps: ["update minio", "update swarm"],
    },
  ],
];

interface Refused {
  what: string;
  config: Record<string, unknown>;
  line: RegExp;
  /** Whether it is also tested with the CLI: one for each kind of resource that refuses. */
  throughCli?: true;
}

/** Changes that a formed store or a network in use refuses, with the reason or the objects that would be lost. */
const REFUSED: Refused[] = [
  {
    what: "an additional drive",
    config: { drives: { d1: {}, d2: {} } },
    line: /drives? (?=.*d2).*cannot change from .*erasure set.*To replace a drive, mount an empty disk/,
    throughCli: true,
  },
  {
    what: "a disk instead of a volume",
    config: { drives: { d1: { path: "/mnt/disk1" } } },
    line: /drives? (?=.*\/mnt\/disk1\/minio).*cannot change from .*erasure set/,
  },
  { what: "the mode", config: { mode: "replicated" }, line: /mode "?replicated"?.*global/ },
  {
    what: "the subnet",
    config: { subnet: "10.30.0.0/24" },
    line: /subnet "10\.30\.0\.0\/24": .*service minio-main would lose it: put the value back, or set allowOutage: true/,
    throughCli: true,
  },
  {
    what: "attachable",
    config: { attachable: false },
    line: /attachable false: .*service minio-main would lose it: .*allowOutage: true/,
  },
  {
    what: "encryption",
    config: { encrypted: false },
    line: /encrypted false: .*service minio-main would lose it: .*allowOutage: true/,
  },
  { what: "the MTU", config: { mtu: 1400 }, line: /mtu 1400: .*service minio-main would lose it: .*allowOutage: true/ },
  {
    what: "the network's name",
    config: { networkName: "another-network" },
    line: /networkName "another-network": .*service minio-main would lose it: .*allowOutage: true/,
  },
  {
    what: "the address pools",
    config: { addressPools: ["10.64.0.0/12"] },
    line: /addressPools \["10\.64\.0\.0\/12"\]: .*recreating it removes: service minio-main, network minio-overlay-network, secret .*Data in volumes is kept.*allowOutage: true/,
    throughCli: true,
  },
];

describeOnLab("a change of one thing changes just that", (fixture) => {
  let stack: TestStack;
  /** The stack's current settings. */
  let settings: Record<string, unknown>;
  const kept = randomObject();
  const bucket = async () => (await openBuckets(stack, "kept"))["local"]!;
  const expectKept = async () => expect(kept.equals(await (await bucket()).get("kept"))).toBe(true);
  const configure = (config: Record<string, unknown>) => {
    settings = { ...settings, ...config };
    for (const [key, value] of Object.entries(config)) stack.config(key, value);
  };
  /** Runs an action with changed settings, and restores them afterwards. */
  const under = async <T>(config: Record<string, unknown>, act: () => Promise<T>): Promise<T> => {
    const before = Object.fromEntries(Object.keys(config).map((key) => [key, settings[key]]));
    configure(config);
    try {
      return await act();
    } finally {
      configure(before);
    }
  };

  beforeAll(async () => {
    settings = fixture().settings({ drives: ONE_DRIVE });
    stack = await fixture().stack(settings);
    await stack.up();
    await (await bucket()).create();
    await (await bucket()).put("kept", kept);
  });

  describe("is refused with what would be lost, and changes nothing", () => {
    let recorded: StateResource[];
    beforeAll(async () => {
      recorded = await stack.recorded();
    });

    async function expectRefused(line: RegExp, refusal: () => Promise<string[]>): Promise<void> {
      const { engine } = fixture().host;
      const before = await getOnlyService(engine);
      expect(await refusal()).toContainEqual(expect.stringMatching(line));
      expect(await getOnlyService(engine)).toEqual(before);
    }

    test.each(REFUSED)("$what", ({ config, line }) =>
      expectRefused(line, () => previewRefusals({ ...settings, ...config }, recorded)),
    );

    test.each(REFUSED.filter(({ throughCli }) => throughCli))("$what, through the CLI", ({ config, line }) =>
      expectRefused(line, () => under(config, async () => (await stack.expectFailure("preview")).output.split("\n"))),
    );

    test("with the configuration restored, nothing changes and nothing is refused", async () => {
      expect((await stack.preview()).steps).toEqual([]);
      expect(await previewRefusals(settings, recorded)).toEqual([]);
    });
  });

  describe.each(CHANGES.map((changes) => ({ changes, together: changes.map(({ what }) => what).join("; ") })))(
    "$together",
    ({ changes }) => {
      test.each(changes)("a preview of $what", async ({ config, steps, says }) => {
        const preview = await under(config, () => stack.preview());
        expect(names(preview)).toEqual(steps.toSorted());
        if (says) expect(preview.output).toMatch(says);
      });

      test("up does the same, keeps the service, and a second preview is empty", async () => {
        const { engine } = fixture().host;
        const before = await getOnlyService(engine);
        for (const { config } of changes) configure(config);
        const steps = [...new Set(changes.flatMap((change) => change.steps))];
        expect(names(await stack.up())).toEqual(steps.toSorted());

        expect((await getOnlyService(engine)).ID).toBe(before.ID);
        if (!steps.includes("update minio-main"))
          expect((await getOnlyService(engine)).Version).toEqual(before.Version);
        expect((await stack.preview()).steps).toEqual([]);
      });
    },
  );

  test("all changes keep the data", async () => {
    configure({ endpointAddress: fixture().host.address });
    await stack.up();
    await expectKept();
  });

  test("another subnet with allowOutage recreates the network, and keeps service and data", async () => {
    const { engine } = fixture().host;
    const before = await getOnlyService(engine);
    configure({ subnet: "10.30.0.0/24", allowOutage: true });
    await stack.up();

    const network = await getNetwork(engine, "minio-overlay-network");
    expect(network.IPAM.Config?.[0]).toEqual({ Subnet: "10.30.0.0/24", Gateway: "10.30.0.1" });
    const service = await getOnlyService(engine);
    expect(service.ID).toBe(before.ID);
    expect(service.Spec.TaskTemplate.Networks?.map(({ Target }) => Target)).toEqual([network.Id]);
    await expectKept();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    expect((await stack.outputs())["subnet"]).toBe("10.30.0.0/24");
  });

  test("other address pools with allowOutage recreate the Swarm, and keep the data", async () => {
    const { engine } = fixture().host;
    const before = await engine.inspectSwarm();
    configure({ addressPools: ["10.64.0.0/12"], allowOutage: true });
    await stack.up();

    const now = await engine.inspectSwarm();
    expect(now.ID).not.toBe(before.ID);
    expect(now.DefaultAddrPool).toEqual(["10.64.0.0/12"]);
    await expectKept();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  function names({ steps }: { steps: { op: string; name: string }[] }): string[] {
    return steps.map(({ op, name }) => `${op} ${name}`).toSorted();
  }
});
