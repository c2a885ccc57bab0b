// What the compiler does not find: promises that nobody waits for, and values that are no text in a text. Above all
// Outputs: `${host.privateAddress}` would be a sentence about Outputs, not an address.
import { defineConfig, globalIgnores } from "eslint/config";
import { configs } from "typescript-eslint";

export default defineConfig(
  globalIgnores(["dist/", "plugin/bundle.cjs"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The compiler says it, and knows what is left out on purpose: `const { secret: _secret, ...others } = state`.
      "@typescript-eslint/no-unused-vars": "off",
      // Handlers keep an interface that is asynchronous, whether or not they have to wait.
      "@typescript-eslint/require-await": "off",
      // Handlers are plain objects of functions, and are taken apart on purpose.
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    // What hosts answer may hold commands for a terminal: `say`, `print` and `logLine` leave none. `env` prints a script.
    files: ["{commands,components,core,engine,lab,policy,provider,toolchain}/**/*.ts"],
    ignores: ["commands/env.ts", "provider/runtime/log-line.ts"],
    rules: { "no-console": "error" },
  },
  {
    // Of what a program printed, the expectation says what it is.
    files: ["{bench,test}/**/*.ts"],
    rules: Object.fromEntries(
      ["argument", "assignment", "call", "member-access", "return"].map((use) => [
        `@typescript-eslint/no-unsafe-${use}`,
        "off",
      ]),
    ),
  },
);
