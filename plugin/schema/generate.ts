import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { VERSION } from "../../core/version.ts";
import type { PackageSchema, ResourceSpec } from "./package-schema.ts";
import { descriptionOf } from "./doc-comments.ts";
import { IMPORTABLE } from "./importable.ts";
import { sortedByKey, token, TypeReader } from "./type-reader.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** Returns the text of `plugin/schema.json`. */
export function schemaFile(): string {
  const schema = generateSchema();
  const imported = Object.entries(IMPORTABLE).map(([name, spec]) => [token(name), spec] as const);
  const all = sortedByKey({ ...schema.resources, ...Object.fromEntries(imported) });
  return `${JSON.stringify({ ...schema, resources: all }, null, 2)}\n`;
}

/**
 * Returns Pulumi's schema of the components that an index exports, from the types and comments of their sources.
 *
 * @throws Error that lists what other languages cannot pass
 */
export function generateSchema(index = join(ROOT, "components", "index.ts")): PackageSchema {
  const { program, exports } = load(index);
  const checker = program.getTypeChecker();
  const components = exports.filter((symbol) => isComponent(symbol, checker));
  const reader = new TypeReader(checker, components);
  const resources = Object.fromEntries(
    components.map((symbol) => [token(symbol.name), readComponent(symbol, reader, checker)]),
  );
  if (reader.problems.length > 0) throw new Error(reader.problems.join("\n"));
  return {
    name: "swarm",
    version: VERSION,
    displayName: "Swarm",
    description: "Docker Swarm: the cluster, its networks and services, and one erasure-coded MinIO store.",
    license: "Apache-2.0",
    pluginDownloadURL: downloadServer(),
    language: {
      // Input types also for plain arguments inside lists and maps, where the generator would otherwise refer to missing ones.
      go: { generateExtraInputTypes: true, generateResourceContainerTypes: true, respectSchemaVersion: true },
      nodejs: { packageName: "pulumi-swarm-sdk", respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
      csharp: { respectSchemaVersion: true },
    },
    config: {
      variables: {
        engine: {
          type: "string",
          description:
            "Engine to import from, in the format of `DOCKER_HOST`. Default: the engine that the docker CLI uses.",
        },
      },
    },
    resources,
    types: sortedByKey(reader.types),
  };
}

/** Returns the server that package.json names for programs in TypeScript. */
function downloadServer(): string | undefined {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { pulumi: { server?: string } };
  return manifest.pulumi.server;
}

function load(index: string) {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, "tsconfig.json"),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
      },
    },
  );
  const program = ts.createProgram([index], config?.options ?? {});
  const source = program.getSourceFile(index);
  const symbol = source && program.getTypeChecker().getSymbolAtLocation(source);
  if (!symbol) throw new Error(`${index}: exports nothing`);
  const checker = program.getTypeChecker();
  const exports = checker
    .getExportsOfModule(symbol)
    .map((one) => (one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { program, exports };
}

function isComponent(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  const [declaration] = symbol.declarations ?? [];
  if (!declaration || !ts.isClassDeclaration(declaration)) return false;
  return baseNames(checker.getDeclaredTypeOfSymbol(symbol), checker).includes("ComponentResource");
}

function baseNames(type: ts.Type, checker: ts.TypeChecker): string[] {
  return checker
    .getBaseTypes(type as ts.InterfaceType)
    .flatMap((base) => [base.symbol.name, ...baseNames(base, checker)]);
}

function readComponent(symbol: ts.Symbol, reader: TypeReader, checker: ts.TypeChecker): ResourceSpec {
  const args = argumentsOf(symbol, checker);
  const inputs = args ? reader.inputs(args, symbol.name) : { properties: {}, required: [] };
  const outputs = reader.outputs(fieldsOf(symbol, checker), symbol.name);
  return {
    description: descriptionOf(symbol, checker),
    isComponent: true,
    inputProperties: inputs.properties,
    requiredInputs: inputs.required,
    ...outputs,
  };
}

/** Returns the type of a constructor's argument `args`. */
function argumentsOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Type | undefined {
  const type = checker.getTypeOfSymbol(symbol);
  const [signature] = type.getConstructSignatures();
  const args = signature?.parameters.find(({ name }) => name === "args");
  return args && checker.getNonNullableType(checker.getTypeOfSymbol(args));
}

/** Returns public fields that this package declares and that other languages can read. */
function fieldsOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol[] {
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).filter((field) => {
    const { valueDeclaration: declaration } = field;
    if (!declaration || !ts.isPropertyDeclaration(declaration) || ts.isPrivateIdentifier(declaration.name))
      return false;
    const isHidden = ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.NonPublicAccessibilityModifier;
    const isForeign = declaration.getSourceFile().fileName.includes("/node_modules/");
    return !isHidden && !isForeign;
  });
}
