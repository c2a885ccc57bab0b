// Starts the plugin, or says in one line why it cannot: the code itself may use what an old Node.js does not parse.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const OLDEST = [22, 18];
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `pulumi-resource-swarm: Node.js ${process.versions.node} is too old: put Node.js ${OLDEST.join(".")} or later first on PATH\n`,
  );
  process.exit(1);
}

process.removeAllListeners("warning");
const source = join(__dirname, "main.ts");
if (existsSync(source)) import(pathToFileURL(source).href);
else require("./bundle.cjs");
