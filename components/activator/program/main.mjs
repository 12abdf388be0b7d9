/** The activator: asked by the gateway before every request to a preview, it notes activity and wakes what sleeps. */
import { createServer } from "node:http";
import process from "node:process";
import { setInterval } from "node:timers";
import { answerQuestions, report } from "../../host/program/control.mjs";
import { control } from "./control.mjs";
import * as engine from "./engine.mjs";
import { Host } from "./host.mjs";
import { pageOf } from "./page.mjs";

const {
  TOWPATH_ROOM = "",
  TOWPATH_GATEWAY: gateway = "",
  TOWPATH_KEPT: file = "",
  TOWPATH_PORT,
} = process.env;
/** @type {unknown} */
const given = JSON.parse(TOWPATH_ROOM);
const room = /** @type {import("./room.mjs").Room} */ (given);
const host = new Host({ engine, room, gateway, file, now: () => Date.now() });

/** The longest time between two looks for idle previews, in milliseconds. */
const mostBetweenLooks = 30_000;

const visits = createServer(({ headers }, answer) => {
  const namespace = String(headers["towpath-preview"] ?? "");
  const visit = { method: String(headers["x-forwarded-method"] ?? "GET"), headers };
  host
    .visit(namespace, visit)
    .catch((/** @type {unknown} */ error) => {
      report(error);
      return /** @type {const} */ ("failed");
    })
    .then((admission) => {
      if (admission === "pass") return answer.writeHead(204).end();
      const { retryAfter, body } = pageOf(admission);
      const told = {
        "retry-after": String(retryAfter),
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
      };
      return answer.writeHead(503, told).end(body);
    })
    .catch(report);
});
// The gateway keeps its connections longer than Node would, and must not send into one that closes.
visits.keepAliveTimeout = 600_000;
visits.listen(Number(TOWPATH_PORT));

answerQuestions((question) => control(host, /** @type {import("./control.mjs").Question} */ (question)));

setInterval(
  () => {
    host.sleepIdle().catch(report);
  },
  Math.min(mostBetweenLooks, room.sleepAfter * 250),
);

process.once("SIGTERM", () => process.exit(0));
