/** Version of the package, of its Pulumi plugin and of the plugin's schema. `test/unit/core` compares it with package.json. */
export const VERSION = "0.1.0";
