import { join, relative } from "node:path";
import ts from "typescript";

/**
 * Writes the declarations of what can be imported from the package.
 *
 * @param {string} root
 * @param {string} folder
 */
export function writeTypes(root, folder) {
  const read = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
  // The record of what is checked already is the checking's own.
  delete options.tsBuildInfoFile;
  const program = ts.createProgram(
    ["components/index.ts", "components/environment/components.ts"].map((file) => join(root, file)),
    {
      ...options,
      incremental: false,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: join(root, "components"),
      outDir: folder,
      types: ["node"],
    },
  );
  const { diagnostics } = program.emit();
  for (const { file, messageText } of diagnostics) {
    const place = file === undefined ? "" : `${relative(root, file.fileName)}: `;
    throw new Error(`${place}${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  }
}
