import { cpSync, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheKey, ensureCached, ROOT } from "./cache.ts";
import {
  buildGoPrograms,
  ensureGoPrograms,
  type GoBuild,
  goFolder,
  goPackageFolder,
  type GoPrograms,
  programsCacheEntry,
} from "./go.ts";
import type { ModuleCut } from "./go-cut.ts";
import { progress } from "./progress.ts";
import { run } from "./run.ts";
import { LANGUAGE_HOSTS, LANGUAGE_YAML, PULUMI, PULUMI_CSHARP, PULUMI_PYTHON } from "./versions.ts";

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

const PYTHON_HOST: GoBuild = {
  module: "language-hosts",
  package: "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
};

const GO_HOST: GoBuild = {
  module: "language-hosts",
  package: "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go",
};

const HOSTS: GoPrograms = {
  name: "language-hosts",
  version: LANGUAGE_HOSTS,
  programs: { "pulumi-language-python": PYTHON_HOST, "pulumi-language-go": GO_HOST },
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
  return isReleased(pulumiBin, "yaml") ? pulumiBin : ensureGoPrograms(YAML_HOST);
}

/** Returns the folders for PATH in which Pulumi finds the language hosts for Python and Go, and Go itself. */
export async function ensurePythonAndGo(pulumiBin: string): Promise<string[]> {
  const hosts = isReleased(pulumiBin, "python") ? pulumiBin : await ensureLanguageHosts();
  const go = await goFolder();
  return go === undefined ? [hosts] : [hosts, go];
}

function ensureLanguageHosts(): Promise<string> {
  return ensureCached({
    ...programsCacheEntry(HOSTS),
    create: async (folder) => {
      await buildGoPrograms(HOSTS, folder);
      // The script that starts Python programs.
      cpSync(`${await goPackageFolder(PYTHON_HOST)}-exec`, join(folder, "pulumi-language-python-exec"));
    },
  });
}

/** Returns whether the folder with the CLI is that of the official release, which contains all language hosts. */
const isReleased = (pulumiBin: string, language: string) => existsSync(join(pulumiBin, `pulumi-language-${language}`));

/** Returns a program that generates SDKs: `gen-sdk <schema> <language> <folder>`. */
export async function ensureSdkGenerator(): Promise<string> {
  return join(await ensureGoPrograms(SDK_GENERATOR), "gen-sdk");
}

/** Returns a program that generates the SDK for C#: `gen-csharp <schema> <folder>`. */
export async function ensureCsharpGenerator(): Promise<string> {
  return join(await ensureGoPrograms(CSHARP_GENERATOR), "gen-csharp");
}

/** Installs a generated Python SDK. Returns the folders with it and its dependencies, for PYTHONPATH. */
export async function installPythonSdk(sdk: string, into: string): Promise<string> {
  const packages = await ensurePythonPackages();
  const pip = ["-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--no-index"];
  const env = { ...process.env, PYTHONPATH: packages };
  await run("python3", [...pip, "--disable-pip-version-check", "--target", into, sdk], { env });
  return [packages, into].join(delimiter);
}

/** Returns a folder with Pulumi's Python package, a type checker and a build tool, for PYTHONPATH. */
export async function ensurePythonPackages(): Promise<string> {
  const list = join(ROOT, "toolchain", "python", "requirements.txt");
  // Some packages are compiled for one version of Python.
  const python = await run("python3", ["-c", "import sysconfig; print(sysconfig.get_config_var('SOABI'))"]);
  return ensureCached({
    name: "python-packages",
    key: cacheKey(PULUMI_PYTHON, [python], [list]),
    create: async (folder) => {
      const pip = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--disable-pip-version-check"];
      await progress(`fetching pulumi ${PULUMI_PYTHON} from PyPI`, () =>
        run("python3", [...pip, "--require-hashes", "--target", folder, "-r", list]),
      );
    },
  });
}
