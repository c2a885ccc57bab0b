// Which folder may import which. `npm run lint` checks it; the reasons are the comments of the rules.

/** Folders that run in the user's program or in the provider process, from the lowest to the highest. */
const LAYERS = {
  engine: { mayImport: [], comment: "engine/ is a client of the Docker Engine API. It knows nothing of this project." },
  core: {
    mayImport: ["engine"],
    comment:
      "core/ holds types and rules that the program and the provider share. It describes the Engine's types only.",
  },
  provider: {
    mayImport: ["engine", "core"],
    comment: "provider/ runs in Pulumi's provider process. It must not depend on how a program constructs resources.",
  },
  components: {
    mayImport: ["engine", "core"],
    comment: "components/ runs in the user's program. It knows the provider's resources by their kinds only.",
  },
  plugin: {
    mayImport: ["engine", "core", "provider", "components"],
    comment:
      "plugin/ is the process for programs in all languages: the resources of provider/ and, for other languages than TypeScript, the components.",
  },
  policy: { mayImport: ["engine", "core", "components"], comment: "A policy pack reads what components register." },
  stacks: { mayImport: ["engine", "core", "components"], comment: "stacks/ is a program like any user's." },
};

/** Files that a layer may import although their folder is above it or beside it. */
const EXCEPTIONS = {
  components: "^provider/kinds[.]ts$",
};

const layerRules = Object.entries(LAYERS).map(([layer, { mayImport, comment }]) => ({
  name: `${layer}-imports`,
  comment,
  severity: "error",
  from: { path: `^${layer}/`, pathNot: "^components/preflight/late-requirements[.]ts$" },
  to: {
    path: "^(?!node_modules)[^/]+/.*[.]ts$",
    pathNot: [layer, ...mayImport].map((folder) => `^${folder}/`).concat(EXCEPTIONS[layer] ?? []),
  },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    {
      name: "late-requirements",
      comment:
        "A component made after an `await` is too late for the Preflight resource, so the program itself runs the provider's checks.",
      severity: "error",
      from: { path: "^components/preflight/late-requirements[.]ts$" },
      to: { path: "^(?!node_modules|core/|engine/|components/|provider/(preflight|runtime)/)[^/]+/.*[.]ts$" },
    },
    {
      name: "components-without-requests",
      comment:
        "Components describe resources, and the provider alone works on engines and machines. The docker provider needs a manager that answers before there are resources, so one file looks for it.",
      severity: "error",
      from: { path: "^components/", pathNot: "^components/swarm/reachable-manager[.]ts$" },
      to: { path: "^engine/(engine|exec|images|ssh-shell|this-machine|transport)[.]ts$" },
    },
    {
      name: "provider-without-sdk",
      comment:
        "The plugin starts for every command, and loading the Pulumi SDK would cost a second. It needs the messages of its protocol alone.",
      severity: "error",
      from: { path: "^(provider|core|engine|plugin)/", pathNot: "^plugin/construct/" },
      to: { path: "node_modules/@pulumi/", pathNot: "node_modules/@pulumi/pulumi/proto/" },
    },
    {
      name: "components-on-demand",
      comment: "Only programs in other languages need the components in the plugin, so it loads them at the first one.",
      severity: "error",
      from: { path: "^plugin/", pathNot: "^plugin/construct/" },
      to: { path: "^(components|plugin/construct)/", dynamic: false },
    },
    {
      name: "schema-generator",
      comment: "The generator of the schema needs the TypeScript compiler, which users do not have.",
      severity: "error",
      from: { path: "^(plugin|components|core|engine|provider)/", pathNot: "^plugin/schema/" },
      to: { path: "^plugin/schema/", pathNot: "^plugin/schema/package-schema[.]ts$" },
    },
    {
      name: "product-without-tests",
      comment: "Code that users run must not depend on the tests.",
      severity: "error",
      from: { path: "^(components|core|engine|plugin|provider|policy|stacks|commands|toolchain|lab)/|^index[.]ts$" },
      to: { path: "^test/" },
    },
    {
      name: "no-cycles",
      comment: "Files that import each other, even types only, cannot be understood one at a time.",
      severity: "error",
      from: { path: "^(components|core|engine|plugin|provider|policy|stacks|commands|toolchain|lab)/" },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|docs|examples)/|^plugin/bundle" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
