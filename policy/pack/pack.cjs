// Policy pack with the rules of this package: from the sources in this repository, from the build in a published package.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
const { PolicyPack } = require("@pulumi/policy");

const source = join(__dirname, "..", "index.ts");
const build = join(__dirname, "..", "..", "dist", "policy", "index.js");

// `import`, since Pulumi hooks its own TypeScript compiler into `require`.
import(pathToFileURL(existsSync(source) ? source : build).href).then(({ swarmPolicies }) => {
  new PolicyPack("pulumi-swarm", { policies: swarmPolicies() });
});
