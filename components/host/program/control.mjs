/** Questions to a program by those who may use the host's engine, on a socket that only its own container has. */
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { text } from "node:stream/consumers";

/** Where it is asked, inside of its container: what reaches its port does not reach this. */
export const controlSocket = "/tmp/control.sock";

/**
 * Answers the questions.
 *
 * @param {(question: unknown) => unknown} answer
 */
export function answerQuestions(answer) {
  rmSync(controlSocket, { force: true });
  createServer((asked, answering) => {
    text(asked)
      .then((question) => answer(JSON.parse(question)))
      .then(
        (result) => answering.writeHead(200).end(JSON.stringify(result)),
        (/** @type {unknown} */ error) => answering.writeHead(500).end(String(error)),
      )
      .catch(report);
  }).listen(controlSocket);
}

/**
 * Writes an error into the container's log.
 *
 * @param {unknown} error
 */
export function report(error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
