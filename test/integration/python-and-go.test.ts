import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nameFromUrn } from "../../commands/lib/events.ts";
import { formatIssue } from "../../core/input-validation-error.ts";
import { validateOverlayNetwork } from "../../core/networks/overlay-spec.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { GENERATED_GO, writeGoModule } from "../../toolchain/generated-go.ts";
import { ensurePythonAndGo, ensureSdkGenerator, installPythonSdk } from "../../toolchain/languages.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { run } from "../../toolchain/run.ts";
import type { LabHost } from "../../lab/lab.ts";
import { expectUsableBucket } from "./bucket-user.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { createLinkedExample } from "./linked-example.ts";
import { TestStack } from "./stack.ts";

const [issue] = validateOverlayNetwork("No Good", {});
const WRONG_NAME = formatIssue('OverlayNetwork "wrong"', issue!);

/** A transform, and a machine that another resource has the address of. */
const MORE_PYTHON = `
def add_label(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    if args.type_ != "swarm:index:Service":
        return None
    spec = {**args.props["spec"], "Labels": {**args.props["spec"].get("Labels", {}), "team": "storage"}}
    return pulumi.ResourceTransformResult({**args.props, "spec": spec}, args.opts)

other = swarm.OverlayNetwork("other", swarm=cluster, encrypted=False)
later = swarm.Host("later", ssh={"address": other.network_id, "user": "admin"})
`;

/** A copy of an example with the generated SDK. */
class Program {
  readonly folder: string;
  readonly #file: string;

  constructor(example: string, file: string) {
    this.folder = createLinkedExample(example);
    this.#file = join(this.folder, file);
  }

  replace(from: string, to: string): void {
    const source = readFileSync(this.#file, "utf8");
    if (!source.includes(from)) throw new Error(`${this.#file} does not contain ${from}`);
    writeFileSync(this.#file, source.replace(from, to));
  }

  /** Runs `work` while the program has other lines. */
  async with<T>(from: string, to: string, work: () => Promise<T>): Promise<T> {
    this.replace(from, to);
    try {
      return await work();
    } finally {
      this.replace(to, from);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describeOnLab(
  "the example in Python and Go",
  (fixture) => {
    const python = new Program("ssh-store-python", "__main__.py");
    const go = new Program("ssh-store-go", "main.go");
    afterAll(() => [python, go].forEach((program) => program.remove()));
    let stack: TestStack;
    let goStack: TestStack;

    beforeAll(async () => {
      const generator = await ensureSdkGenerator();
      const schema = join(ROOT, "plugin", "schema.json");
      await run(generator, [schema, "python", join(python.folder, "sdk")]);
      await run(generator, [schema, "go", join(go.folder, "sdk", "go")]);
      writeGoModule("languages", "example.com/pulumi-swarm", go.folder);

      const languageHosts = await ensurePythonAndGo(await ensurePulumi());
      const PYTHONPATH = await installPythonSdk(join(python.folder, "sdk"), join(python.folder, "site-packages"));
      stack = await TestStack.create({ project: python.folder, languageHosts, env: { PYTHONPATH } });
      goStack = await TestStack.create({
        project: go.folder,
        backendOf: stack,
        name: stack.name,
        languageHosts,
        env: GENERATED_GO,
      });

      const { hosts } = fixture().lab;
      const image = fixture().images.a;
      hosts.forEach((host, at) => {
        const example = `192.0.2.${at + 1}`;
        python.replace(`address="${example}"`, pythonArguments(host));
        go.replace(`Address: pulumi.String("${example}")`, goFields(host));
      });
      // The kernels of the lab have no ESP.
      python.replace('"network", swarm=cluster', '"network", swarm=cluster, encrypted=False');
      go.replace(
        "OverlayNetworkArgs{Swarm: cluster",
        "OverlayNetworkArgs{Encrypted: pulumi.Bool(false), Swarm: cluster",
      );
      python.replace("network=network)", `network=network, image="${image}")`);
      go.replace("Network: network}", `Network: network, Image: pulumi.String("${image}")}`);
    }, 15 * 60_000);

    test("is previewed and created from Python", async () => {
      const { steps } = await stack.preview();
      expect(steps.map(({ name }) => name)).toContain("store-main");
      await stack.up();
      expect((await stack.preview()).steps).toEqual([]);
    });

    test("makes a store that the user of the bucket can use through each host", () => expectUsableBucket(stack));

    test("shows a changed label in Python as one line", async () => {
      await python.with('"ssd"', '"hdd"', async () => {
        expect(await stack.pulumi("preview", "--diff", "--non-interactive")).toContain('~ disk: "ssd" => "hdd"');
      });
    });

    test("takes outputs and the options of resources from Python", async () => {
      const options = "protect=True, depends_on=[network], transforms=[add_label]";
      await python.with('"store", swarm', `"store", opts=pulumi.ResourceOptions(${options}), swarm`, async () => {
        await python.with("store = ", `${MORE_PYTHON}store = `, async () => {
          const { events } = await stack.preview();
          const registered = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
          const find = (name: string) => registered.find(({ urn }) => nameFromUrn(urn) === name);
          expect(find("store-main")).toMatchObject({
            op: "update",
            new: { protect: true, inputs: { spec: { Labels: { team: "storage" } } } },
          });
          expect(find("later-machine")).toMatchObject({ op: "create" });
        });
      });
    });

    test("gets the same error line as TypeScript in Python", async () => {
      const wrong = 'swarm.OverlayNetwork("wrong", swarm=cluster, network_name="No Good")\n';
      await python.with("store = ", `${wrong}store = `, async () => {
        const { output } = await stack.expectFailure("preview");
        expect(output).toContain(WRONG_NAME);
        expect(output).toContain("Traceback");
      });
    });

    test("is taken over by the program in Go without a change", async () => {
      expect((await goStack.preview()).steps).toEqual([]);
    });

    test("gets the same error line as TypeScript in Go", async () => {
      const wrong = `swarm.NewOverlayNetwork(ctx, "wrong", &swarm.OverlayNetworkArgs{
			Swarm: cluster, NetworkName: pulumi.StringRef("No Good")})\n`;
      await go.with("store, err := ", `${wrong}store, err := `, async () => {
        const { output } = await goStack.expectFailure("preview");
        expect(output).toContain(WRONG_NAME);
      });
    });

    test("is changed and destroyed from Go", async () => {
      go.replace('"ssd"', '"hdd"');
      const { steps } = await goStack.up();
      const members = steps.filter(({ type }) => type === "swarm:index:Member");
      expect(members.map(({ diffs }) => diffs)).toEqual([["labels.disk"], ["labels.disk"]]);
      await goStack.destroy();
      for (const { engine } of fixture().lab.hosts) {
        expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
      }
      stack.remove();
    });
  },
  { hosts: 2, disks: 1 },
);

function pythonArguments({ address, hostname, ssh: { user, identityFile, hostKey } }: LabHost): string {
  const names = { address, hostname, user, identity_file: identityFile, host_key: hostKey };
  return Object.entries(names)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ");
}

function goFields({ address, hostname, ssh: { user, identityFile, hostKey } }: LabHost): string {
  const inputs = { Address: address, User: user, IdentityFile: identityFile, HostKey: hostKey };
  const fields = Object.entries(inputs).map(([name, value]) => `${name}: pulumi.String(${JSON.stringify(value)})`);
  return [`Hostname: pulumi.StringRef(${JSON.stringify(hostname)})`, ...fields].join(", ");
}
