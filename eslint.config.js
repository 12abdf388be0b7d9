import eslint from "@eslint/js";
// @ts-expect-error: the plugin comes without types.
import pulumi from "@pulumi/eslint-plugin";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  {
    ignores: [
      "node_modules",
      "coverage",
      "compiled",
      "types",
      ".towpath",
      "app/web",
      "test/support/migration-tools/*/",
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
      globals: { console: "readonly", process: "readonly" },
    },
    rules: {
      // Numbers in messages are what people read.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // The rest of an object is what is left when others are taken out.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
    },
  },
  {
    files: ["**/*.ts"],
    // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- it comes without types
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
    },
  },
  {
    // mocha's own idiom, and resources that exist by being constructed.
    files: ["test/**", "components/**", "index.ts"],
    rules: { "no-new": "off" },
  },
  {
    files: ["cli/**/*.ts", "components/**/*.ts", "steps/**/*.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "node:http",
              message: "It loads the client behind fetch at every start: take http of setup/speed/http.mjs.",
              allowTypeImports: true,
            },
          ],
        },
      ],
    },
  },
  {
    // The front end has the browser's own limits.
    ignores: ["app/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.name='fetch']:not(:has(Property[key.name='signal']))",
          message: "A request without a limit can wait for ever: give it a signal here (in tests: request).",
        },
      ],
    },
  },
);
