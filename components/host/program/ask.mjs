/** Asks the program of a container, from inside of it: `node ask.mjs '{ "operation": "state" }'`. */
import { request } from "node:http";
import process from "node:process";
import { controlSocket } from "./control.mjs";

const [question = ""] = process.argv.slice(2);
/** The time that an answer may take, in milliseconds: as long as a preview's wake, after others were put to sleep. */
const timeout = 150_000;
const call = request({ socketPath: controlSocket, method: "POST", path: "/", timeout }, (answer) => {
  answer.pipe(process.stdout);
  if (answer.statusCode !== 200) process.exitCode = 1;
});
call.on("timeout", () => call.destroy(new Error("the program: no answer within 150 s")));
call.on("error", ({ message }) => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
});
call.end(question);
