import { expect, test } from "vitest";
import { ENGINES, parseEngineVersions, replacePackageVersion } from "../../../lab/engines.ts";

test.each([
  ["29", ["29"]],
  ["28.5,29", ["28.5", "29"]],
  ["20.10, 20.10 ,26.1", ["20.10", "20.10", "26.1"]],
])("--engine %s is taken", (text, versions) => expect(parseEngineVersions("--engine", text)).toEqual(versions));

test.each(["", "27", "29,", "29.0", "v29", "latest", "28.5;29"])("--engine %j is refused with the choices", (text) => {
  expect(() => parseEngineVersions("--engine", text)).toThrow(
    `--engine "${text}": must be one of 29, 28.5, 26.1, 20.10, or a list of them such as 28.5,29`,
  );
});

test("a refusal names what gave the list", () => {
  expect(() => parseEngineVersions("PULUMI_SWARM_LAB_ENGINE", "1")).toThrow(`PULUMI_SWARM_LAB_ENGINE "1": must be`);
});

test("the newest engine is named first", () => {
  const older = (version: string) =>
    version
      .split(".")
      .map((part) => part.padStart(3, "0"))
      .join(".");
  expect(ENGINES).toEqual([...ENGINES].sort((a, b) => older(b).localeCompare(older(a))));
});

test("only the package of that name gets another version", () => {
  const entry = (name: string, version: string) =>
    `Package: ${name}\nStatus: installed\nVersion: ${version}\nDepends: x\n`;
  const status = [entry("docker.io", "28.5.2-5"), entry("docker.io-doc", "28.5.2-5"), entry("runc", "28.5.2-5")];
  const [, ...others] = status;
  expect(replacePackageVersion(status.join("\n"), "docker.io", "28.5.2-5", "29.0.0~beta.24-1")).toBe(
    [entry("docker.io", "29.0.0~beta.24-1"), ...others].join("\n"),
  );
  expect(() => replacePackageVersion(others.join("\n"), "docker.io", "28.5.2-5", "29")).toThrow("docker.io 28.5.2-5");
});
