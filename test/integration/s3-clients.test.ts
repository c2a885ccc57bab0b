import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { ensureHaproxyImage } from "../../lab/haproxy-image.ts";
import { labUnavailableReason } from "../../lab/lab.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { EXERCISES, prepareClients } from "./s3-clients/exercises.ts";
import { TestStack } from "./stack.ts";

/** The first download of the clients must not count towards the test's time limit. */
const PREPARE_MS = 10 * 60_000;

beforeAll(async () => {
  if (labUnavailableReason() === undefined) await prepareClients();
}, PREPARE_MS);

describeOnLab("S3 clients see the same through a gateway as at a member", (fixture) => {
  let stack: TestStack;
  beforeAll(async () => {
    const { lab, host, images } = fixture();
    const { socket, hostname, address } = host;
    stack = await TestStack.create({
      project: join(ROOT, "test", "integration", "programs", "gateway"),
      config: {
        hosts: { [hostname]: { engine: socket, hostname, address } },
        image: images.a,
        gatewayImage: await lab.build(ensureHaproxyImage),
        gateway: { port: 8080 },
        exposeStore: true,
      },
    });
    await stack.up();
    return () => stack.remove();
  });

  test.each(Object.entries(EXERCISES))("%s", async (client, exercise) => {
    const { endpoint, storeEndpoint, rootUser, rootPassword } = (await stack.outputs({ showSecrets: true })) as Record<
      "endpoint" | "storeEndpoint" | "rootUser" | "rootPassword",
      string
    >;
    const access = { user: rootUser, password: rootPassword };
    const atMember = await exercise({ ...access, endpoint: storeEndpoint, bucket: `${client}-1` });
    const throughGateway = await exercise({ ...access, endpoint, bucket: `${client}-2` });
    expect(throughGateway).toEqual(atMember);
  });

  test("a browser, which the store redirects to its console, learns that the gateway has none", async () => {
    const { endpoint } = (await stack.outputs()) as { endpoint: string };
    const opened = await fetch(endpoint, { redirect: "manual", headers: { "User-Agent": "Mozilla/5.0" } });
    expect([opened.status, await opened.text()]).toEqual([
      404,
      expect.stringContaining("does not publish the console"),
    ]);
  });
});
