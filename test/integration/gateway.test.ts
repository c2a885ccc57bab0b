import { get as httpGet } from "node:http";
import { Agent } from "node:https";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { run } from "../../toolchain/run.ts";
import { ensureHaproxyImage } from "../../lab/haproxy-image.ts";
import { getStoreAccess, TrafficClient, type StoreAccess, formatTraffic } from "./traffic-client.ts";
import { openBucket, openBuckets, randomObject } from "./s3.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { TestStack } from "./stack.ts";

const MIB = 1024 * 1024;
const GATEWAY = { hosts: ["node1", "node2"], port: 8080, consolePort: 8081 };

describeOnLab(
  "gateways in front of a store that publishes nothing",
  (fixture) => {
    test("forward every kind of S3 request, over HTTP and HTTPS, while members and gateways restart", async () => {
      const { lab, images } = fixture();
      const gatewayImage = await lab.build(ensureHaproxyImage);
      const hosts = Object.fromEntries(
        lab.hosts.map(({ socket, hostname, address }) => [hostname, { engine: socket, hostname, address }]),
      );
      const stack = await TestStack.create({
        project: join(ROOT, "test", "integration", "programs", "gateway"),
        config: { hosts, image: images.a, gatewayImage, gateway: GATEWAY },
      });
      const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-gateway-"));
      try {
        await stack.up();
        expect((await stack.preview()).steps).toEqual([]);
        const access = await getStoreAccess(stack);
        expect(access.endpoints).toEqual(GATEWAY.hosts.map((_, at) => `http://${lab.host(at + 1).address}:8080`));
        await bigObject(stack);
        await awkwardObjects(access);
        expect((await fetch(`http://${lab.host(2).address}:8081/login`)).headers.get("content-type")).toContain(
          "text/html",
        );
        const opened = await openInBrowser(`http://${lab.host(2).address}:8080`);
        expect(opened.headers.get("location")).toBe(`http://${lab.host(2).address}:8081`);
        // Another client gets MinIO's own answer.
        expect((await fetch(`http://${lab.host(2).address}:8080`, { redirect: "manual" })).status).toBe(403);

        const client = await TrafficClient.start({ access, bucket: "all-along" });
        await lab.kill(4);
        await client.waitForSuccess();
        await lab.start(4);
        const member = client.takeCounts();
        stack.config("gateway", { ...GATEWAY, logMaxFiles: 2 });
        expect((await stack.up()).output).toContain("its tasks restart one by one");
        const account = await client.finish();
        process.stdout.write(
          `a member's host is killed:\n${formatTraffic({ ...member, lost: [], missingAtFirst: [], changed: [] })}\n`,
        );
        process.stdout.write(`the gateways restart in turn:\n${formatTraffic(account)}\n`);
        expect(account).toMatchObject({ lost: [], changed: [] });
        // How many operations fail depends on the store; that some succeed depends on the gateways.
        expect(account.retrying.writes).toBeGreaterThan(0);

        const tls = await certificate(folder, [lab.host(1).address, lab.host(2).address]);
        stack.config("tls", tls);
        stack.config("storeTls", true);
        stack.config("gateway", { ...GATEWAY, port: 8443 });
        await stack.up();
        await securely(await getStoreAccess(stack), readFileSync(tls.certificate, "utf8"));
        expect((await stack.preview({ refresh: true })).steps).toEqual([]);
        await stack.destroy();
      } finally {
        rmSync(folder, { recursive: true, force: true });
        stack.remove();
      }
    });
  },
  { hosts: 4 },
);

/** Requests a page as a browser does, without following redirects. */
function openInBrowser(url: string): Promise<Response> {
  return fetch(url, { redirect: "manual", headers: { "User-Agent": "Mozilla/5.0" } });
}

/** Writes and reads an object larger than any buffer on the way. */
async function bigObject(stack: TestStack): Promise<void> {
  const through = await openBuckets(stack, "big");
  const [one, two] = Object.values(through);
  if (!one || !two) throw new Error("there are two gateways");
  const object = randomObject(64 * MIB);
  await one.create();
  await one.put("object", object);
  expect((await two.get("object")).equals(object)).toBe(true);
}

/** Checks what a proxy may break: special characters in keys, metadata names, encodings, presigned URLs. */
async function awkwardObjects(access: StoreAccess): Promise<void> {
  const [one = "", two = ""] = access.endpoints;
  await openBucket(one, access.user, access.password, "awkward").create();
  const client = clientAt(one, access);
  const Bucket = "awkward";
  for (const Key of ["a b/ä+c%2Fd", "q?x=1&y#z;,:@!$'()*", "x..y/...z/_.-~"]) {
    const Metadata = { under_score: "1", "dot.ted": "2", "both_of.them": "3", hyphen: "4" };
    const body = randomObject(1000);
    await client.send(new PutObjectCommand({ Bucket, Key, Body: body, Metadata }));
    expect((await client.send(new HeadObjectCommand({ Bucket, Key }))).Metadata).toEqual(Metadata);
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range: "bytes=10-99" }));
    expect(Buffer.from(await Body!.transformToByteArray()).equals(body.subarray(10, 100))).toBe(true);
  }
  const packed = gzipSync(randomObject(10_000));
  await client.send(new PutObjectCommand({ Bucket, Key: "packed", Body: packed, ContentEncoding: "gzip" }));
  const url = await getSignedUrl(clientAt(two, access), new GetObjectCommand({ Bucket, Key: "packed" }));
  const { headers, body } = await plainly(url);
  expect(headers["content-encoding"]).toBe("gzip");
  expect(body.equals(packed)).toBe(true);
}

/** Sends a request without Accept-Encoding, as some clients do. */
function plainly(url: string): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    httpGet(url, (response) => {
      buffer(response).then((body) => resolve({ headers: response.headers, body }), reject);
    }).on("error", reject);
  });
}

async function securely(access: StoreAccess, ca: string): Promise<void> {
  for (const endpoint of access.endpoints) {
    expect(endpoint).toMatch(/^https:\/\/[\d.]+:8443$/);
    const client = clientAt(endpoint, access, ca);
    const body = randomObject();
    await client.send(new PutObjectCommand({ Bucket: "awkward", Key: "secret", Body: body }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "awkward", Key: "secret" }));
    expect(Buffer.from(await Body!.transformToByteArray()).equals(body)).toBe(true);
  }
}

function clientAt(endpoint: string, { user, password }: StoreAccess, ca?: string): S3Client {
  return new S3Client({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: user, secretAccessKey: password },
    forcePathStyle: true,
    ...(ca !== undefined && { requestHandler: { httpsAgent: new Agent({ ca }) } }),
  });
}

/** Creates a self-signed certificate for these addresses and its key, as files. */
async function certificate(folder: string, addresses: string[]): Promise<{ certificate: string; key: string }> {
  const files = { certificate: join(folder, "certificate.pem"), key: join(folder, "key.pem") };
  await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-subj", "/CN=gateway", "-addext", `subjectAltName=${addresses.map((one) => `IP:${one}`).join(",")}`],
    ...["-keyout", files.key, "-out", files.certificate],
  ]);
  return files;
}
