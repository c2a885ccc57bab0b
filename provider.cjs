// The permanent address of the resources' code, `pulumi-swarm/provider`: the state of every stack refers to it.
// In this repository it leads to the sources, so that what runs is never an old build; a package has only the build.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const source = join(__dirname, "components", "provider", "index.ts");
module.exports = existsSync(source) ? require(source) : require("./dist/provider/index.js");
