import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostConfig, describeOnLab } from "./lab-fixture.ts";
import { openBucket, randomObject } from "./s3.ts";
import type { TestStack } from "./stack.ts";
import { WebhookServer } from "./webhook-server.ts";

interface Container {
  Config: { Env: string[] };
  HostConfig: { LogConfig: { Type: string } };
}

const SERVER_URL_WARNING =
  /MINIO_SERVER_URL "http:\/\/absent.example" does not answer a member on host a \(.+\): logins/;

/** Settings that lead out of the store: a webhook with a secret token and its own authority, a proxy, a log driver. */
describeOnLab("a store with settings for other servers", (fixture) => {
  let stack: TestStack;
  let webhook: WebhookServer;
  const settings = (serverUrl = "http://store:9000") => ({
    environment: {
      MINIO_SERVER_URL: serverUrl,
      MINIO_AUDIT_WEBHOOK_ENABLE_LAB: "on",
      MINIO_AUDIT_WEBHOOK_ENDPOINT_LAB: webhook.url,
      HTTPS_PROXY: webhook.proxyUrl,
    },
  });

  beforeAll(async () => {
    const { host } = fixture();
    writeFileSync(join(host.folder, "etc-docker", "daemon.json"), JSON.stringify({ "log-driver": "local" }));
    await host.stopEngine();
    await host.startEngine();
    // The lab's network ends at this machine, at its last address.
    webhook = await WebhookServer.start(host.address.replace(/\d+$/, "254"));
    stack = await fixture().hostsStack(
      { a: hostConfig(host, "manager") },
      { store: settings("http://absent.example") },
    );
  });
  afterAll(() => webhook?.stop());

  const giveToken = (token: string) => stack.pulumi("config", "set", "--secret", "pulumi-swarm:auditToken", token);

  /** Puts an object, which MinIO reports to the webhook. */
  async function put(): Promise<void> {
    const { endpoint, rootUser, rootPassword } = (await stack.outputs({ showSecrets: true })) as Record<string, string>;
    const bucket = openBucket(endpoint ?? "", rootUser ?? "", rootPassword ?? "", "audited");
    await bucket.create().catch(() => undefined);
    await bucket.put("object", randomObject(1_000));
  }

  const container = async (): Promise<Container> => {
    const { engine } = fixture().host;
    const [running] = await engine.listContainers();
    return engine.request("GET", `/containers/${running?.Id}/json`);
  };

  const eventually = { timeout: 60_000, interval: 500 };

  test("does not trust a server whose authority it does not know", async () => {
    await giveToken("first-token");
    const { output } = await stack.up();
    expect(output).toMatch(SERVER_URL_WARNING);
    await put();
    await expect.poll(() => webhook.tlsErrors.length, eventually).toBeGreaterThan(0);
    expect(webhook.authorizations).toEqual([]);
  });

  test("reports to it with the secret token once it trusts the authority, through the proxy", async () => {
    stack.config("store", { ...settings(), caCertificates: [webhook.authority] });
    const { output } = await stack.up();
    expect(output).not.toMatch(SERVER_URL_WARNING);
    await put();
    await expect.poll(() => webhook.authorizations.at(-1), eventually).toBe("first-token");
    // MinIO also looks for a new release, which the proxy does not let through.
    expect(webhook.proxied).toContain(new URL(webhook.url).host);
    expect(webhook.proxied.filter((destination) => destination.startsWith("store"))).toEqual([]);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("has the token in a file alone, and not in the container's environment or the state", async () => {
    const { Config } = await container();
    expect(Config.Env).toContain("MINIO_CONFIG_ENV_FILE=/run/secrets/environment");
    expect(Config.Env.find((variable) => variable.startsWith("NO_PROXY="))).toMatch(/^NO_PROXY=store,store-node1$/);
    expect(JSON.stringify(Config)).not.toContain("first-token");
    const state = await stack.pulumi("stack", "export");
    for (const text of ["first-token", Buffer.from('TOKEN_LAB="first-token"').toString("base64").slice(4, -4)]) {
      expect(state).not.toContain(text);
    }
  });

  test("uses the engine's log driver, unless limits of log files are given", async () => {
    expect((await container()).HostConfig.LogConfig.Type).toBe("local");
  });

  test("rotates the token", async () => {
    await giveToken("second-token");
    stack.config("store", { ...settings(), caCertificates: [webhook.authority], logMaxFiles: 2 });
    await stack.up();
    await put();
    await expect.poll(() => webhook.authorizations.at(-1), eventually).toBe("second-token");
    expect((await container()).HostConfig.LogConfig.Type).toBe("json-file");
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    await stack.destroy();
  });
});
