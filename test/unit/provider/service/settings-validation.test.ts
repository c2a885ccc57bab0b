import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import {
  findExcludingVariable,
  findExitReason,
  describeRejection,
  VALIDATION_LABEL,
  validationSpec,
} from "../../../../provider/service/settings-validation.ts";
import { type SettingsValidation } from "../../../../core/service-update.ts";

const validation: SettingsValidation = {
  args: ["server", "/validation/d1"],
  mounts: [{ Type: "tmpfs", Target: "/validation/d1" }],
  readyCommand: ["mc", "ready", "local"],
  environmentArgument: "environment",
  secretVariables: ["MINIO_HIDDEN"],
  unlessVariables: ["MINIO_ETCD_ENDPOINTS"],
};

function specWith(Env: string[], Image = "minio:1"): ServiceSpec {
  return {
    Name: "store-main",
    Labels: { "pulumi-swarm.owner": "1" },
    Mode: { Global: {} },
    TaskTemplate: {
      ContainerSpec: {
        Image,
        Env,
        Args: ["server", "http://store-a:9000/drives/d1"],
        Hostname: "store-a",
        Hosts: ["10.0.0.1 store-a"],
        Mounts: [{ Type: "volume", Source: "store-d1", Target: "/drives/d1" }],
        Secrets: [{ SecretID: "1", SecretName: "root", File: { Name: "root-user", UID: "0", GID: "0", Mode: 0o400 } }],
        Healthcheck: { Test: ["NONE"] },
      },
      Resources: { Limits: { MemoryBytes: 1 }, Reservations: { MemoryBytes: 1 } },
      RestartPolicy: { Condition: "any" },
      Placement: { Constraints: ["node.labels.member==1"] },
      Networks: [{ Target: "overlay", Aliases: ["store"] }, { Target: "macvlan" }],
    },
    EndpointSpec: {
      Mode: "dnsrr",
      Ports: [{ Protocol: "tcp", TargetPort: 9000, PublishedPort: 9000, PublishMode: "host" }],
    },
  };
}

describe("the validation container", () => {
  const networks = [
    { Id: "overlay", Driver: "overlay" },
    { Id: "macvlan", Driver: "macvlan" },
  ];
  const made = validationSpec(specWith(["MINIO_BROWSER=on"]), validation, networks, "abc");
  const { ContainerSpec } = made.TaskTemplate;

  test("has the image, the environment and the secrets of the service", () => {
    expect(ContainerSpec).toMatchObject({ Image: "minio:1", Env: ["MINIO_BROWSER=on"], Secrets: [{ SecretID: "1" }] });
    expect(made.TaskTemplate.Placement).toEqual({ Constraints: ["node.labels.member==1"] });
  });

  test("has none of its drives, ports, names and peer addresses", () => {
    expect(ContainerSpec).toMatchObject({ Args: validation.args, Mounts: validation.mounts });
    expect(Object.keys(ContainerSpec)).not.toContain("Hosts");
    expect(Object.keys(ContainerSpec)).not.toContain("Hostname");
    expect(made.EndpointSpec).toEqual({ Mode: "dnsrr" });
    expect(made.TaskTemplate.Networks).toEqual([{ Target: "overlay" }]);
  });

  test("runs once, ends by itself, and has the name of its service as a label", () => {
    expect(made.TaskTemplate.RestartPolicy).toEqual({ Condition: "none" });
    expect(ContainerSpec.Healthcheck?.Interval).toBeGreaterThan(0);
    expect(made.TaskTemplate.Resources).toEqual({ Limits: { MemoryBytes: 1 } });
    expect(made.Labels).toEqual({ "pulumi-swarm.owner": "1", [VALIDATION_LABEL]: "store-main" });
    expect(made.Name).toBe("store-main-validation-abc");
  });

  test("has a name that is not longer than a DNS label", () => {
    const long = { ...specWith([]), Name: "a".repeat(63) };
    expect(validationSpec(long, validation, [], "abcdef").Name.length).toBeLessThanOrEqual(63);
  });
});

test.each([
  ["nothing", "", undefined],
  [
    "MinIO's fatal error",
    "INFO: Formatting\nFATAL Invalid X value: no URL\n  > Please check",
    "FATAL Invalid X value: no URL > Please check",
  ],
  ["text without colors", "\u001b[31mFATAL\u001b[0m no", "FATAL no"],
  ["another program's last lines", "1\n2\n3\n4\n", "2 3 4"],
])("findExitReason returns %s", (_what, log, reason) => {
  expect(findExitReason(log)).toBe(reason);
});

const FATAL = "FATAL Invalid MINIO_BROWSER_REDIRECT_URL value in environment variable: unexpected scheme found";

test.each([
  [
    "the variable that the application names",
    specWith(["MINIO_BROWSER=on", "MINIO_BROWSER_REDIRECT_URL=console.example.com"]),
    FATAL,
    `environment.MINIO_BROWSER_REDIRECT_URL "console.example.com": the application does not start with the new settings: ${FATAL}.`,
  ],
  [
    "the changed variables, if it names none",
    specWith(["MINIO_BROWSER=maybe"]),
    "FATAL no",
    'environment.MINIO_BROWSER "maybe": ',
  ],
  ["a removed variable", specWith([]), "FATAL no", "environment.MINIO_BROWSER (removed): "],
  [
    "a secret, without its value",
    specWith(["MINIO_BROWSER=on", "MINIO_HIDDEN=s3cret"]),
    "FATAL Invalid MINIO_HIDDEN value `s3cret`",
    "environment.MINIO_HIDDEN (secret): the application does not start with the new settings: FATAL Invalid MINIO_HIDDEN value `(secret)`.",
  ],
  ["the image", specWith(["MINIO_BROWSER=on"], "other:1"), "no", "TaskTemplate.ContainerSpec.Image: "],
])("a rejection names %s", (_what, wanted, said, begin) => {
  const refusal = describeRejection(validation, specWith(["MINIO_BROWSER=on"]), wanted, said);
  expect(refusal.slice(0, begin.length)).toBe(begin);
  expect(refusal).toMatch(/No task was changed: correct the value and run `pulumi up` again$/);
});

test("finds a variable that leads to another store's data", () => {
  expect(findExcludingVariable(validation, specWith(["MINIO_ETCD_ENDPOINTS=http://e:2379"]))).toBe(
    "MINIO_ETCD_ENDPOINTS",
  );
  expect(findExcludingVariable(validation, specWith(["MINIO_BROWSER=on"]))).toBeUndefined();
});

test("names a secret variable that the application rejects, and hides the values of all secret ones", () => {
  const secretEnvironment = { MINIO_KEY: "s3cret", MINIO_OTHER: "hidden", MINIO_EMPTY: "" };
  const output = "FATAL Invalid MINIO_KEY: s3cret (hidden)";
  const refusal = describeRejection({ ...validation, secretEnvironment }, specWith([]), specWith([]), output);
  expect(refusal).toMatch(
    /^secretEnvironment\.MINIO_KEY "\(secret\)": the application does not start with the new settings: FATAL Invalid MINIO_KEY: \(secret\) \(\(secret\)\)\. /,
  );
});
