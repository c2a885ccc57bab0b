import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import {
  extraHostsLines,
  type TaskSettings,
  validateTaskSettings,
  withTaskSettings,
} from "../../../../components/service/task-settings.ts";
import type { LeafInputs } from "../../../../components/shared/inputs.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { getValue } from "../../harness.ts";

const lines = (settings: TaskSettings) => validateTaskSettings(settings).map((issue) => formatIssue("S", issue));

const NO_COMPARISON =
  "must compare an attribute of nodes with == or !=, such as node.labels.disk==ssd, node.role==worker or node.platform.arch==x86_64";
const RESERVED = "begins like a label that Docker or pulumi-swarm sets itself: choose another name for it";

test.each<[TaskSettings, string]>([
  [
    { placement: { constraints: ["node.role==worker", "disk=ssd"] } },
    `placement.constraints[1] "disk=ssd": ${NO_COMPARISON}`,
  ],
  [{ placement: { constraints: ["node.labels.==x"] } }, `placement.constraints[0] "node.labels.==x": ${NO_COMPARISON}`],
  [{ placement: { constraints: ["node.role=="] } }, `placement.constraints[0] "node.role==": ${NO_COMPARISON}`],
  [{ labels: { "pulumi-swarm.owner": "me" } }, `labels["pulumi-swarm.owner"] "me": ${RESERVED}`],
  [
    { containerLabels: { "com.docker.stack.namespace": pulumi.output("x") } },
    `containerLabels["com.docker.stack.namespace"] "(an Output)": ${RESERVED}`,
  ],
  [{ extraHosts: { "a b": "10.0.0.1" } }, 'extraHosts "a b": must be a host name, such as login.example.com'],
  [{ extraHosts: { login: "login.lan" } }, 'extraHosts["login"] "login.lan": must be an IP address'],
  [{ user: "minio" }, 'user "minio": must be a numeric user id, optionally with a group id: 1000 or 1000:1000'],
])("rejects %j", (settings, line) => {
  expect(lines(settings)).toEqual([`S: ${line}`]);
});

test("accepts valid settings, and those that are not known yet", () => {
  const constraints = [
    "node.labels.disk == ssd",
    "engine.labels.rack!=r1",
    "node.platform.os==linux",
    "node.ip != 10.0.0.0/8",
  ];
  const valid: TaskSettings[] = [
    {},
    { placement: {} },
    { placement: { constraints } },
    { labels: { team: "storage" }, containerLabels: { "logging.example/parser": "json" } },
    { extraHosts: { "login.example.com": "198.51.100.7", v6: "2001:db8::1" } },
    { user: "1000" },
    { user: "1000:100" },
    {
      user: pulumi.output("minio"),
      extraHosts: { login: pulumi.output("x") },
      placement: { constraints: [pulumi.output("x")] },
    },
  ];
  for (const settings of valid) expect(lines(settings)).toEqual([]);
});

describe("a spec", () => {
  const spec: LeafInputs<ServiceSpec> = {
    Name: "store",
    Labels: {},
    Mode: { Global: {} },
    TaskTemplate: {
      ContainerSpec: { Image: "image", Labels: {}, Hosts: ["10.0.0.1 store-a"] },
      Placement: { Constraints: ["node.labels.member==yes"] },
    },
  };

  test("gets the settings after those of the component", () => {
    const settings: TaskSettings = {
      user: "1000",
      placement: { constraints: ["node.role==worker"] },
      labels: { team: "storage" },
      containerLabels: { parser: "json" },
      extraHosts: { zeta: "10.0.0.9", alpha: "10.0.0.8" },
    };
    expect(withTaskSettings("S", spec, settings)).toEqual({
      Name: "store",
      Labels: { team: "storage" },
      Mode: { Global: {} },
      TaskTemplate: {
        ContainerSpec: {
          Image: "image",
          Labels: { parser: "json" },
          User: "1000",
          Hosts: ["10.0.0.1 store-a", "10.0.0.8 alpha", "10.0.0.9 zeta"],
        },
        Placement: { Constraints: ["node.labels.member==yes", "node.role==worker"] },
      },
    });
  });

  test("stays the same without settings", () => {
    expect(withTaskSettings("S", spec, {})).toEqual(spec);
  });
});

test("an address that is not known at first becomes a line once it is", async () => {
  const [line] = extraHostsLines("S", { extraHosts: { login: pulumi.output("198.51.100.7") } });
  expect(await getValue(pulumi.output(line))).toBe("198.51.100.7 login");
});
