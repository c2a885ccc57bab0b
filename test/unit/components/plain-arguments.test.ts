import { readFileSync, globSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../../toolchain/cache.ts";

/**
 * The rule of docs/components.md: an argument is a component, an Input, or plain, and then its comment says why. Read from
 * the sources, because types do not have comments.
 */
const FOLDERS = ["service", "minio", "gateway", "networks"];

/** A public argument, or a field of one. */
interface Argument {
  /** `MinioServiceArgs.port`. */
  name: string;
  kind: "component" | "Input" | "plain";
  comment: string;
}

const sources = globSync(`components/{${FOLDERS.join(",")}}/**/*.ts`, { cwd: ROOT }).map((file) =>
  ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.Latest, true),
);
const declarations = sources.flatMap(({ statements }) => [...statements]);
const interfaces = new Map(declarations.filter(ts.isInterfaceDeclaration).map((one) => [one.name.text, one] as const));
const classes = new Set(declarations.filter(ts.isClassDeclaration).map(({ name }) => name?.text ?? ""));
const COMPONENTS = new Set([...classes, "Swarm", "SwarmNetwork"]);
/** Types that are Inputs by another name. */
const INPUT_ALIASES = new Set(["AllowFrom", "DeepInput"]);

/** Returns the names of the exported `…Args`, of what they extend, and of the interfaces of their fields. */
function publicInterfaces(): Set<string> {
  const index = readFileSync(join(ROOT, "components", "index.ts"), "utf8");
  const found = new Set<string>();
  const visit = (name: string): void => {
    const declaration = interfaces.get(name);
    if (!declaration || found.has(name) || name.endsWith("Transform") || name === "ServiceTransformArgs") return;
    found.add(name);
    for (const [reference] of declaration.getText().matchAll(/\b[A-Z]\w+\b/g)) visit(reference);
  };
  for (const [name] of index.matchAll(/\b\w+Args\b/g)) visit(name);
  return found;
}

function argumentsOf(name: string): Argument[] {
  return [...(interfaces.get(name)?.members ?? [])].filter(ts.isPropertySignature).map((property) => {
    const type = property.type?.getText() ?? "";
    const [own] = /^[\w.]+/.exec(type) ?? [""];
    const isInput = (own === "pulumi.Input" || INPUT_ALIASES.has(own)) && !type.endsWith("[]");
    const isComponent = COMPONENTS.has(own) && /^\w+(\[\])?$/.test(type);
    const comment = ts
      .getJSDocCommentsAndTags(property)
      .map((one) => one.getText())
      .join("\n");
    return {
      name: `${name}.${property.name.getText()}`,
      kind: isInput ? "Input" : isComponent ? "component" : "plain",
      comment,
    };
  });
}

const all = [...publicInterfaces()].flatMap(argumentsOf);
const namesOf = (kind: Argument["kind"]) => all.filter((one) => one.kind === kind).map(({ name }) => name);

test("finds arguments of each kind", () => {
  expect(namesOf("component")).toEqual(
    expect.arrayContaining(["MinioServiceArgs.network", "MinioServiceArgs.networks", "S3GatewayArgs.store"]),
  );
  expect(namesOf("Input")).toEqual(
    expect.arrayContaining(["MinioServiceArgs.image", "S3GatewayArgs.allowFrom", "HostLink.parent", "MinioTls.key"]),
  );
  expect(namesOf("plain")).toEqual(
    expect.arrayContaining([
      "MinioServiceArgs.pools",
      "MinioPool.hosts",
      "OverlayNetworkArgs.adopt",
      "TaskSettings.labels",
    ]),
  );
});

describe("a comment says why an argument is plain, and only then", () => {
  test.each(all)("$name", ({ kind, comment }) => {
    expect(/\bPlain: /.test(comment)).toBe(kind === "plain");
  });
});
