import { join } from "node:path";
import { afterAll, beforeAll, expect, test, type TestContext } from "vitest";
import { findAwsPlugin } from "../../toolchain/aws-plugin.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { TestStack } from "../integration/stack.ts";
import { ec2, idsIn, ingress, type Moto, putParameter, startMoto, x86Images } from "./moto.ts";

const plugin = findAwsPlugin();
const IMAGE = "/images/debian";
const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)} me`;

let moto: Moto;
let stack: TestStack;

const requirePlugin = (context: TestContext) => {
  if (!plugin) context.skip("the AWS plugin is missing: `npm run test:aws` builds it");
};

const managers = { a: { zone: "eu-central-1a" }, b: { zone: "eu-central-1b" }, c: { zone: "eu-central-1c" } };
const worker = { zone: "eu-central-1a", type: "t3.large", volumes: { d1: { sizeGiB: 10 }, d2: { sizeGiB: 10 } } };
const machines = {
  ...{ managers, workers: { d: worker }, imageParameter: IMAGE, publicKeys: [KEY] },
  defaults: { type: "t3.large" },
  // moto has no placement groups.
  spreadPlacement: false,
  allowFrom: { s3: ["0.0.0.0/0"], ssh: ["192.0.2.7/32"] },
};

beforeAll(async () => {
  if (!plugin) return;
  moto = await startMoto();
  stack = await TestStack.create({
    project: join(ROOT, "test", "aws", "programs", "machines"),
    config: { "machines:endpoint": moto.endpoint, "machines:machines": machines },
    plugins: [plugin],
  });
  const [image = ""] = await x86Images(moto.endpoint);
  await putParameter(moto.endpoint, IMAGE, image);
});

afterAll(() => {
  moto?.stop();
  stack?.remove();
});

const stepsOf = ({ steps }: { steps: { op: string; name: string }[] }) => steps.map(({ op, name }) => `${op} ${name}`);

test("everything is created, and a second preview is empty, also after the release of a newer image", async (context) => {
  requirePlugin(context);
  await stack.up();
  expect(stepsOf(await stack.preview())).toEqual([]);
  const [, newer = ""] = await x86Images(moto.endpoint);
  await putParameter(moto.endpoint, IMAGE, newer);
  expect(stepsOf(await stack.preview({ refresh: true }))).toEqual([]);
});

test("security groups have the expected ingress rules", async (context) => {
  requirePlugin(context);
  expect(await ingress(moto.endpoint)).toMatchObject({
    "prod-members": [
      "50 0 prod-members",
      ...["tcp 22 192.0.2.7/32", "tcp 7946 prod-members", "tcp 9000 0.0.0.0/0"],
      ...["udp 4789 prod-members", "udp 7946 prod-members"],
    ],
    "prod-managers": ["tcp 2377 prod-members"],
  });
});

test("an additional machine changes no other", async (context) => {
  requirePlugin(context);
  stack.config("machines:machines", { ...machines, workers: { d: worker, e: { ...worker, zone: "eu-central-1b" } } });
  const steps = stepsOf(await stack.preview());
  expect(steps).toContain("create prod-e");
  expect(steps.filter((step) => !/^create prod-e\b/.test(step))).toEqual([]);
});

test("another instance type changes only the instance", async (context) => {
  requirePlugin(context);
  stack.config("machines:machines", { ...machines, workers: { d: { ...worker, type: "t3.xlarge" } } });
  expect(stepsOf(await stack.preview())).toEqual(["update prod-d"]);
});

test("a preview refuses to delete a volume until an update has set allowDataLoss", async (context) => {
  requirePlugin(context);
  const without = { d: { ...worker, volumes: { d1: { sizeGiB: 10 } } } };
  const moved = { d: { ...worker, zone: "eu-central-1b" } };
  for (const workers of [without, moved, {}]) {
    stack.config("machines:machines", { ...machines, workers });
    expect((await stack.expectFailure("preview")).output).toMatch(/prod-d-d2.*protect/s);
  }
  stack.config("machines:machines", { ...machines, workers: { d: worker }, allowDataLoss: true });
  await stack.up();
  stack.config("machines:machines", { ...machines, workers: without, allowDataLoss: true });
  expect(stepsOf(await stack.preview())).toEqual(["delete prod-d-d2", "delete prod-d-d2"]);
  stack.config("machines:machines", machines);
  await stack.up();
});

test("another generation makes the machine anew, and its volumes stay", async (context) => {
  requirePlugin(context);
  const before = (await stack.outputs()) as { instanceIds: object; volumeIds: object };
  stack.config("machines:machines", { ...machines, workers: { d: { ...worker, generation: "2" } } });
  await stack.up();
  const after = (await stack.outputs()) as typeof before;
  expect(after.volumeIds).toEqual(before.volumeIds);
  expect(after.instanceIds).not.toMatchObject({ d: (before.instanceIds as { d: string }).d });
  expect({ ...after.instanceIds, d: "" }).toEqual({ ...before.instanceIds, d: "" });
  expect(stepsOf(await stack.preview())).toEqual([]);
});

test("what would delete data is refused, and what has none goes", async (context) => {
  requirePlugin(context);
  const { output } = await stack.expectFailure("destroy");
  expect(output).toContain("protect");
  await stack.pulumi("destroy", "--yes", "--skip-preview", "--exclude-protected", "--non-interactive");
  const left = idsIn(await ec2(moto.endpoint, "DescribeVolumes"), "volumeId");
  expect(new Set(left).size).toBe(5);
  expect(idsIn(await ec2(moto.endpoint, "DescribeInstances"), "name").filter((state) => state === "running")).toEqual(
    [],
  );
});
