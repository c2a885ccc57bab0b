import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { made, type StoreArgs } from "./store.ts";

const URL = "https://s3.example.com";
const environment = { MINIO_SERVER_URL: URL };

test.each<[string, StoreArgs, string[]]>([
  ["given", { environment }, [URL]],
  ["an Output", { environment: { MINIO_SERVER_URL: pulumi.output(URL) } }, [URL]],
  ["empty", { environment: { MINIO_SERVER_URL: "" } }, []],
  ["given, but the console is off", { environment: { ...environment, MINIO_BROWSER: "off" } }, []],
  ["given, but the console is not published", { environment, console: false }, []],
  ["not given", {}, []],
])("a member asks for MINIO_SERVER_URL if the console uses it: %s", async (_what, args, wanted) => {
  const checks = (await made(args)).children.filter(({ type }) => type === "swarm:index:ServerUrlCheck");
  expect(checks.map(({ inputs }) => inputs["url"] as string)).toEqual(wanted);
});
