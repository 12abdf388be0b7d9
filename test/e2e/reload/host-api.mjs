/** Stands in for a service that a developer runs on the machine itself: it answers what it finds with what it was given. */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createServer, get } from "node:http";
import { connect } from "node:net";
import { URL } from "node:url";

/** @param {string} name */
function secret(name) {
  return readFileSync(String(process.env[`${name}_FILE`]), "utf8");
}

/**
 * Sends bytes to a server and returns the first that come.
 *
 * @param {URL} url
 * @param {string | Uint8Array} bytes
 * @returns {Promise<string>}
 */
function ask({ hostname, port }, bytes) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    socket.once("data", (answer) => {
      socket.destroy();
      resolve(answer.toString());
    });
    socket.once("error", reject);
  });
}

/**
 * @param {string} url
 * @returns {Promise<number | undefined>}
 */
function statusOf(url) {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}

/** PostgreSQL answers with one letter: whether it takes encrypted connections. */
const encryptionRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

async function answer() {
  const redis = new URL(secret("REDIS_URL"));
  return {
    status: "healthy",
    by: "the host",
    environment: process.env.TOWPATH_ENVIRONMENT,
    jwtSecret: secret("JWT_SECRET").length,
    redis: await ask(redis, `AUTH ${redis.password}\r\n`),
    postgres: await ask(new URL(secret("DATABASE_URL")), encryptionRequest),
    storage: await statusOf(String(process.env.S3_ENDPOINT)),
  };
}

createServer((_, response) => {
  answer().then(
    (body) => response.setHeader("content-type", "application/json").end(JSON.stringify(body)),
    (/** @type {unknown} */ error) => response.writeHead(500).end(String(error)),
  );
}).listen(Number(process.env.PORT), "127.0.0.1");
