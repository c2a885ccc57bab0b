import { join } from "node:path";
import { cacheKey, ensureCached } from "./cache.ts";
import { ensureGoPrograms, type GoPrograms } from "./go.ts";
import type { ModuleCut } from "./go-cut.ts";
import { run } from "./run.ts";
import { chooseSource } from "./source.ts";
import { LANGUAGE_YAML, MYPY, PULUMI, PULUMI_CSHARP, PULUMI_PYTHON } from "./versions.ts";

/**
 * Builds the language host for YAML with the CLI's modules, which is faster than with its own, because most of their
 * packages are already compiled. The host is older than these modules, hence the edits.
 */
const FOR_NEWER_PULUMI: ModuleCut = {
  module: "github.com/pulumi/pulumi-yaml",
  // Conversion from YAML to other languages, which the host does not serve.
  cuts: ["convert.go", "eject.go"].map((name) => ({
    file: join("pkg", "pulumiyaml", "codegen", name),
    pattern: "^import ([\\s\\S]*)",
    keep: [],
  })),
  edits: [
    // Schemas come from the CLI, as in the host that is released with it.
    { file: "cmd/pulumi-language-yaml/main.go", from: "false /* useRPCLoader */", to: "true" },
    {
      file: "pkg/pulumiyaml/packages.go",
      from: "packageLoader{schema.NewPluginLoader(host), host}",
      to: "packageLoader{nil, host}",
    },
    {
      file: "pkg/pulumiyaml/packages.go",
      from: "plugin.NewContextWithRoot(ctx, sink, sink, nil, cwd, cwd, nil, true, nil, plugins, packages, nil, nil)",
      to: '(*plugin.Context)(nil), fmt.Errorf("no schemas without a CLI: %v %v %v", ctx, sink, cwd)',
    },
    {
      file: "pkg/pulumiyaml/codegen/gen_program.go",
      from: "entries := []syn.ObjectPropertyDef{\n\t\tg.TypeProperty(collapseToken(n.Token)),",
      to: "token, _ := n.GetToken()\n\tentries := []syn.ObjectPropertyDef{\n\t\tg.TypeProperty(collapseToken(token)),",
    },
    { file: "pkg/server/server.go", from: "\t\tpcl.Loader(schema.NewCachedLoader(loader)),\n", to: "" },
    {
      file: "pkg/server/server.go",
      from: "pcl.BindProgram(parser.Files, bindOptions...)",
      to: "pcl.BindProgram(parser.Files, schema.NewCachedLoader(loader), bindOptions...)",
    },
    { file: "pkg/server/server.go", from: "BaseProvider.Name", to: "BasePlugin.Name" },
    { file: "pkg/server/server.go", from: "BaseProvider.Version", to: "BasePlugin.Version" },
  ],
};

const YAML_HOST: GoPrograms = {
  name: "language-yaml",
  version: LANGUAGE_YAML,
  programs: {
    "pulumi-language-yaml": {
      module: "languages",
      package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
      cut: FOR_NEWER_PULUMI,
    },
  },
};

const SDK_GENERATOR: GoPrograms = {
  name: "gen-sdk",
  version: PULUMI,
  programs: { "gen-sdk": { module: "languages", package: "./gen-sdk" } },
};

/** The generator for C#, which newer modules of Pulumi do not have. */
const CSHARP_GENERATOR: GoPrograms = {
  name: "gen-csharp",
  version: PULUMI_CSHARP,
  programs: { "gen-csharp": { module: "gen-csharp", package: "." } },
};

/** Returns a folder for PATH in which Pulumi finds the language host for YAML. */
export async function ensureYamlHost(pulumiBin: string): Promise<string> {
  return (await chooseSource()) === "public" ? pulumiBin : ensureGoPrograms(YAML_HOST);
}

/** Returns a program that generates SDKs: `gen-sdk <schema> <language> <folder>`. */
export async function ensureSdkGenerator(): Promise<string> {
  return join(await ensureGoPrograms(SDK_GENERATOR), "gen-sdk");
}

/** Returns a program that generates the SDK for C#: `gen-csharp <schema> <folder>`. */
export async function ensureCsharpGenerator(): Promise<string> {
  return join(await ensureGoPrograms(CSHARP_GENERATOR), "gen-csharp");
}

/** Returns a folder with Pulumi's Python package and a type checker, for PYTHONPATH. */
export function ensurePythonPackages(): Promise<string> {
  const packages = [`mypy==${MYPY}`, `pulumi==${PULUMI_PYTHON}`];
  return ensureCached({
    name: "python-packages",
    key: cacheKey(PULUMI_PYTHON, packages),
    create: async (folder) => {
      const pip = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--disable-pip-version-check"];
      await run("python3", [...pip, "--target", folder, ...packages]);
    },
  });
}
