import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { MinioService } from "../../../../components/minio/minio-service.ts";
import {
  formatEnvironmentFile,
  validateSecretEnvironment,
} from "../../../../components/minio/security/secret-environment.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";
import { fakeHost, fakeNetwork, runProgram } from "../../harness.ts";

const CLIENT_SECRET = "MINIO_IDENTITY_OPENID_CLIENT_SECRET";

describe("validates secret variables without showing their values", () => {
  test.each<[string, Parameters<typeof validateSecretEnvironment>[0], string | undefined]>([
    ["none", {}, undefined],
    ["a secret", { secretEnvironment: { [CLIENT_SECRET]: "s3cret" } }, undefined],
    ["a value that is not known yet", { secretEnvironment: { [CLIENT_SECRET]: pulumi.secret("") } }, undefined],
    [
      "an empty value",
      { secretEnvironment: { [CLIENT_SECRET]: "" } },
      `secretEnvironment.${CLIENT_SECRET} "(secret)": must not be empty: leave it out`,
    ],
    [
      "two lines",
      { secretEnvironment: { [CLIENT_SECRET]: "a\nMINIO_ROOT_USER=b" } },
      `secretEnvironment.${CLIENT_SECRET} "(secret)": must be one line`,
    ],
    [
      "an invalid value",
      { secretEnvironment: { MINIO_NOTIFY_WEBHOOK_ENDPOINT_A: "hooks.example?key=s3cret" } },
      'secretEnvironment.MINIO_NOTIFY_WEBHOOK_ENDPOINT_A "(secret)": must be a URL: https://name or http://name',
    ],
    [
      "more than MinIO reads",
      { secretEnvironment: { [CLIENT_SECRET]: "x".repeat(60_001) } },
      `secretEnvironment.${CLIENT_SECRET} "(secret)": must have at most 60000 characters`,
    ],
    [
      "a variable of the component",
      { secretEnvironment: { MINIO_ROOT_PASSWORD: "x" } },
      'secretEnvironment "MINIO_ROOT_PASSWORD": is set by this component: give rootPassword',
    ],
    [
      "a variable of another program",
      { secretEnvironment: { PATH: "x" } },
      'secretEnvironment "PATH": must begin with MINIO_: only settings of MinIO are allowed',
    ],
    [
      "a setting that the component must know",
      { secretEnvironment: { MINIO_STORAGE_CLASS_STANDARD: "EC:1" } },
      'secretEnvironment "MINIO_STORAGE_CLASS_STANDARD": is not a secret: give it in environment',
    ],
    [
      "a variable in both",
      { secretEnvironment: { MINIO_SITE_NAME: "a" }, environment: { MINIO_SITE_NAME: "b" } },
      'secretEnvironment "MINIO_SITE_NAME": is also in environment: leave one of them out',
    ],
  ])("%s", (_what, args, line) => {
    const lines = validateSecretEnvironment(args).map((issue) => formatIssue("", issue).replace(/^: /, ""));
    expect(lines).toEqual(line === undefined ? [] : [line]);
  });
});

test("the file keeps quotes, spaces and equals signs of a value", () => {
  expect(formatEnvironmentFile({ MINIO_B: ` "x" = 'y' #`, MINIO_A: "1" })).toBe(
    `MINIO_A="1"\nMINIO_B=" "x" = 'y' #"\n`,
  );
});

describe("wiring", () => {
  const run = (secretEnvironment: Record<string, pulumi.Input<string>> | undefined, rootPassword = "root-password") =>
    runProgram(
      () => {
        const swarm = new Swarm("swarm", { managers: [fakeHost("a")] });
        return new MinioService("store", { swarm, network: fakeNetwork("n"), secretEnvironment });
      },
      {
        outputs: (type) =>
          type.endsWith(":RootCredentials") ? { user: "root-abc", password: rootPassword, generation: "g1" } : {},
      },
    );
  const labelsOf = async (...given: Parameters<typeof run>) => {
    const { resources } = await run(...given);
    return JSON.stringify(resources.find(({ name }) => name === "store-environment")?.inputs["labels"]);
  };

  test("passes the variables as a secret file, in no container's environment and nowhere in plain", async () => {
    for (const value of ["s3cret-value", pulumi.secret("s3cret-value")]) {
      const { resources } = await run({ [CLIENT_SECRET]: value });
      const named = (name: string) => resources.find((resource) => resource.name === name);
      const file = named("store-environment");
      expect(Buffer.from(file?.inputs["data"] as string, "base64").toString()).toBe(
        `${CLIENT_SECRET}="s3cret-value"\n`,
      );
      const { Env, Secrets } = (named("store-main")?.inputs["spec"] as ServiceSpec).TaskTemplate.ContainerSpec;
      expect(Env).toContain("MINIO_CONFIG_ENV_FILE=/run/secrets/environment");
      expect(Env?.join()).not.toContain("OPENID");
      expect(Secrets?.map(({ File }) => File.Name)).toContain("environment");
      for (const { visibleInputs } of resources) expect(JSON.stringify(visibleInputs)).not.toContain("s3cret-value");
    }
  });

  test("changes the secret's generation with a value, and does not reveal the value by it", async () => {
    const one = await labelsOf({ [CLIENT_SECRET]: "a" });
    const same = await labelsOf({ [CLIENT_SECRET]: "a" });
    const other = await labelsOf({ [CLIENT_SECRET]: "b" });
    const otherKey = await labelsOf({ [CLIENT_SECRET]: "a" }, "another-root-password");
    expect(same).toBe(one);
    expect(new Set([one, other, otherKey]).size).toBe(3);
  });

  test("sets nothing without variables", async () => {
    for (const none of [undefined, {}]) {
      const { resources } = await run(none);
      expect(JSON.stringify(resources.map(({ inputs }) => inputs))).not.toContain("MINIO_CONFIG_ENV_FILE");
      expect(resources.filter(({ name }) => name === "store-environment")).toEqual([]);
    }
  });
});
