import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { metricsToken, metricsUrls } from "../../../../components/minio/iam/metrics.ts";
import { MinioService, type MinioServiceArgs } from "../../../../components/minio/minio-service.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, fakeNetwork, isSecret, runProgram, getValue } from "../../harness.ts";

/** A token that Python's JWT implementation created and signed. */
const TOKEN =
  "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJwcm9tZXRoZXVzIiwic3ViIjoicmVhZGVyIn0." +
  "3FriLbUbJSXoLjDAAEtx8aLvw_j68GKWh4WZh10jdD5jsfUkmglHG71go2dz1WKjrykQ1Q6pCi3sL4f01tUoMw";

test.each([
  ["reader", "a-secret-key", true],
  ["reader", "another-key", false],
  ["writer", "a-secret-key", false],
])("the token of %s with %s equals that of reader with a-secret-key: %s", (user, key, isSame) => {
  expect(metricsToken(user, key) === TOKEN).toBe(isSame);
});

test.each([
  [{}, {}],
  [{ a: "https://a.example:9000" }, { a: "https://a.example:9000/minio/metrics/v3" }],
])("metrics URLs of %j: %j", (endpoints, urls) => {
  expect(metricsUrls(endpoints)).toEqual(urls);
});

describe("metrics of a store", () => {
  async function made(args: Pick<MinioServiceArgs, "metrics">) {
    const outputs = (type: string) => ({
      ...(type.endsWith(":User") && { secretKey: "a-secret-key" }),
      ...(type.endsWith(":RootCredentials") && { user: "root-abc", password: "p", generation: "g1" }),
    });
    const { value, resources } = await runProgram(
      () => {
        const swarm = new Swarm("swarm", { managers: [fakeHost("a"), fakeHost("b")] });
        return new MinioService("store", { swarm, network: fakeNetwork("n"), ...args });
      },
      { outputs },
    );
    const service = resources.find(({ name }) => name === "store-main");
    const { Env = [] } = (service?.inputs["spec"] as ServiceSpec).TaskTemplate.ContainerSpec;
    return {
      value,
      service,
      user: resources.find(({ type }) => type.endsWith(":User")),
      authType: Env.filter((variable) => variable.startsWith("MINIO_PROMETHEUS")),
    };
  }

  test("default: no user, no token, and MinIO's own authentication", async () => {
    const { value, user, authType } = await made({});
    expect([user, value.metricsToken, authType]).toEqual([undefined, undefined, []]);
    expect(await getValue(value.metricsEndpoints)).toEqual({
      a: "http://a.example:9000/minio/metrics/v3",
      b: "http://b.example:9000/minio/metrics/v3",
    });
  });

  test("token: creates a user with no other rights, after the store", async () => {
    const { value, user, service, authType } = await made({ metrics: "token" });
    expect(user?.name).toBe("store-metrics");
    expect(user?.inputs).toMatchObject({
      accessKey: "pulumi-swarm-metrics",
      policyPrefix: "project:stack:store-metrics",
      generation: "g1",
    });
    expect(JSON.parse(user?.inputs["policy"] as string)).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: ["admin:Prometheus"] },
        { Effect: "Deny", Action: ["admin:CreateServiceAccount", "admin:CreateUser", "admin:UpdateServiceAccount"] },
      ],
    });
    expect(user?.dependencies).toContain(service?.urn);
    expect(await getValue(value.metricsToken!)).toBe(metricsToken("pulumi-swarm-metrics", "a-secret-key"));
    expect(await isSecret(value.metricsToken!)).toBe(true);
    expect(authType).toEqual([]);
  });

  test("public: sets MinIO's variable, and needs no token", async () => {
    const { value, user, authType } = await made({ metrics: "public" });
    expect([user, value.metricsToken, authType]).toEqual([undefined, undefined, ["MINIO_PROMETHEUS_AUTH_TYPE=public"]]);
  });
});
