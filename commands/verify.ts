import { randomBytes } from "node:crypto";
import { print, progress, say } from "../toolchain/progress.ts";
import { endpointError } from "./status/health.ts";
import { readStackOutputs, type StackOutputs } from "./status/stack.ts";
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { renderVerify, type VerifyReport, verifyReport } from "./verify/report.ts";
import { describeError, removeBucket, type ReportStep, verifyRound } from "./verify/round.ts";
import { SAMPLES } from "./verify/samples.ts";
import { openBucket } from "./verify/store.ts";

/** `npm run verify`: writes objects through each endpoint and reads them back through every other. */
await main(async () => {
  const args = parseCommandArgs("verify");
  const values = await readStackOutputs(args.stack);
  if (Object.keys(values.endpoints).length === 0) throw new Error(notPublishedError(values));

  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error("interrupted"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt);
  const report = await progress("verifying", (step) => verifyEndpoints(values, step, interrupted.signal));
  print(args.json ? JSON.stringify(report, undefined, 2) : renderVerify(report));
  return report.differences.length === 0 ? 0 : 1;
});

function notPublishedError({ stack, nodes }: StackOutputs): string {
  const [host] = Object.keys(nodes);
  return (
    `stack ${stack} publishes no endpoint (expose: false), so nothing can be verified from here. ` +
    `Check from inside: \`npm run exec -- ${host} mc admin info local\`, or run an S3 client in a container on the overlay network`
  );
}

/** Verifies the endpoints with a temporary bucket, which is always removed. */
async function verifyEndpoints(values: StackOutputs, step: ReportStep, signal: AbortSignal): Promise<VerifyReport> {
  const { stack, endpoints, rootUser: user, rootPassword: password, caCertificate } = values;
  const started = performance.now();
  step("checking the endpoints");
  const unreachable = await findUnreachable(endpoints, caCertificate);
  const answering = Object.fromEntries(Object.entries(endpoints).filter(([host]) => !(host in unreachable)));
  if (Object.keys(answering).length === 0) {
    throw new Error(
      `no endpoint answers: ${Object.entries(unreachable)
        .map(([host, why]) => `${host}: ${why}`)
        .join("; ")}`,
    );
  }
  const name = `pulumi-swarm-verify-${Date.now().toString(36)}-${randomBytes(4).toString("hex")}`;
  const open = (abort?: AbortSignal) =>
    Object.fromEntries(
      Object.entries(answering).map(([host, url]) => [
        host,
        openBucket(url, { user, password, caCertificate }, name, abort),
      ]),
    );
  const buckets = open(signal);
  let made = false;
  try {
    await createBucket(Object.values(buckets)[0]!, Object.values(answering)[0]!);
    made = true;
    const round = await verifyRound(buckets, SAMPLES, name, step, signal);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    return verifyReport({ stack, endpoints, unreachable, bucket: name, objects: [...SAMPLES], seconds }, round);
  } finally {
    step("removing the bucket");
    await removeBucket(Object.values(open())).catch((error: unknown) => {
      // A failed call may still have created the bucket, so it is removed, but without a message.
      if (made) say(`bucket ${name} could not be removed: ${describeError(error)}`);
    });
  }
}

/** Returns the endpoints that do not answer, with the reason. They are skipped, because every request would time out. */
async function findUnreachable(endpoints: Record<string, string>, ca?: string): Promise<Record<string, string>> {
  const checks = Object.entries(endpoints).map(async ([host, url]) => [host, await endpointError(url, ca)] as const);
  const unreachable = (await Promise.all(checks)).flatMap(([host, why]) =>
    why === undefined ? [] : [[host, why] as const],
  );
  return Object.fromEntries(unreachable);
}

async function createBucket(bucket: { create(): Promise<void> }, endpoint: string): Promise<void> {
  try {
    await bucket.create();
  } catch (error) {
    throw new Error(`cannot create a bucket through ${endpoint}: ${describeError(error)}`, { cause: error });
  }
}
