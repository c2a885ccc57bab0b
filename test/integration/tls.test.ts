import { connect } from "node:tls";
import { expect, test } from "vitest";
import { openBucket, openBuckets, randomObject } from "./s3.ts";
import { describeOnLab, hostConfig } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

describeOnLab(
  "a store with TLS on several hosts, with names as machines have them",
  (fixture) => {
    let stack: TestStack;

    test("is deployed in one update, and serves clients that trust its authority through every endpoint", async () => {
      const { lab } = fixture();
      // The hosts take their names from their engines.
      const host = (number: number, role: "manager" | "worker") => ({
        ...hostConfig(lab.host(number), role),
        hostname: undefined,
      });
      stack = await fixture().hostsStack(
        { a: host(1, "manager"), b: host(2, "manager"), c: host(3, "manager"), d: host(4, "worker") },
        { store: { tls: { names: ["s3.example.com"] } }, buckets: { all: {} } },
      );
      await stack.up();
      const { endpoints, caCertificate, rootUser, rootPassword } = (await stack.outputs({ showSecrets: true })) as {
        endpoints: Record<string, string>;
        caCertificate: string;
        rootUser: string;
        rootPassword: string;
      };
      expect(Object.values(endpoints).every((url) => url.startsWith("https://"))).toBe(true);
      const through = await openBuckets(stack, "all");
      const object = randomObject();
      await through["a"]!.put("object", object);
      for (const bucket of Object.values(through)) expect((await bucket.get("object")).equals(object)).toBe(true);

      const untrusting = openBucket(endpoints["a"]!, rootUser, rootPassword, "all");
      await expect(untrusting.list()).rejects.toThrow("unable to verify the first certificate");
      expect((await fetch(endpoints["a"]!.replace("https:", "http:"))).status).toBe(400);
      const named = await certificateAt(endpoints["b"]!, "s3.example.com", caCertificate);
      expect(named).toContain("DNS:store-node2.rack7.example.com");
      const state = await stack.pulumi("stack", "export");
      expect(state).toContain("BEGIN CERTIFICATE");
      expect(state).not.toContain("PRIVATE KEY");
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("is removed from all hosts by destroy", async () => {
      await stack.destroy();
      for (const { engine } of fixture().lab.hosts) expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
    });
  },
  { hosts: 4, hostnames: ["DESKTOP-AB12CD", "node2.rack7.example.com", "ip-10-0-0-3.ec2.internal"] },
);

/** Returns the names in the certificate that an endpoint presents for a server name. */
function certificateAt(url: string, servername: string, ca: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), servername, ca }, () => {
      resolve(socket.getPeerCertificate().subjectaltname ?? "");
      socket.end();
    });
    socket.once("error", reject);
  });
}
