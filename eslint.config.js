// Finds errors that the compiler does not: promises without an await, and non-strings in strings. Above all Outputs:
// `${host.privateAddress}` would be an explanation of Outputs and not an address.
import { defineConfig, globalIgnores } from "eslint/config";
import { configs } from "typescript-eslint";

export default defineConfig(
  globalIgnores([".state/", "dist/", "plugin/bundle*.cjs"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The compiler checks this, and accepts intentional omissions: `const { secret: _secret, ...others } = state`.
      "@typescript-eslint/no-unused-vars": "off",
      // Handlers have an asynchronous interface, whether or not they await.
      "@typescript-eslint/require-await": "off",
      // Handlers are plain objects of functions, and are destructured intentionally.
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    // Output of hosts may contain terminal commands; `say`, `print` and `logLine` remove them. `env` prints a script.
    files: ["{commands,components,core,engine,lab,policy,provider,toolchain}/**/*.ts"],
    ignores: ["commands/env.ts", "provider/runtime/log-line.ts"],
    rules: { "no-console": "error" },
  },
  {
    // Tests parse the output of programs; their expectations check its type.
    files: ["{bench,test}/**/*.ts"],
    rules: Object.fromEntries(
      ["argument", "assignment", "call", "member-access", "return"].map((use) => [
        `@typescript-eslint/no-unsafe-${use}`,
        "off",
      ]),
    ),
  },
);
