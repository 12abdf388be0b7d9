/** Programs of plain modules, as the container of one gets them. That they run there is proved in test/e2e. */
import assert from "node:assert/strict";
import { posix } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { askCommand, plainProgram } from "../../../components/host/plain-program.ts";

describe("a program on a host", () => {
  for (const main of ["activator/program/main.mjs", "backup/program/main.mjs", "job/program/main.mjs"]) {
    it(`has every module that it imports, and asks for nothing but Node: ${main}`, () => {
      const { command, variables } = plainProgram(main);
      assert.match(command.join(" "), new RegExp(`await import\\("/tmp/program/${main}"\\);$`));
      const packed = Buffer.from(variables.TOWPATH_PROGRAM ?? "", "base64");
      const files = JSON.parse(brotliDecompressSync(packed).toString()) as Record<string, string>;
      assert.ok(main in files && "host/program/ask.mjs" in files);
      const imported = Object.entries(files).flatMap(([name, text]) =>
        [...text.matchAll(/^(?:import|\}) .*from "([^"]+)";$/gm)].map(([, module = ""]) =>
          module.startsWith(".") ? posix.join(name, "..", module) : module,
        ),
      );
      assert.ok(imported.length > 10);
      assert.deepEqual(
        imported.filter((module) => !module.startsWith("node:") && !(module in files)),
        [],
      );
    });
  }

  for (const main of ["activator/program/main.mjs", "backup/program/main.mjs", "job/program/main.mjs"]) {
    it(`fits into what the kernel takes, and is the same each time: ${main}`, () => {
      const { variables } = plainProgram(main);
      // Each of a process's variables with its name, as Linux limits them (MAX_ARG_STRLEN), which ends each with a byte.
      for (const [name, text] of Object.entries(variables))
        assert.ok(Buffer.byteLength(`${name}=${text}`) < 131_072, name);
      assert.deepEqual(plainProgram(main).variables, variables);
    });
  }

  it("is asked inside of its container", () => {
    assert.deepEqual(askCommand({ operation: "state" }), [
      "node",
      "/tmp/program/host/program/ask.mjs",
      '{"operation":"state"}',
    ]);
  });
});
