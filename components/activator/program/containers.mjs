import { toStart } from "./previews.mjs";

/** @typedef {import("./engine.mjs").Engine} Engine */
/** @typedef {import("./previews.mjs").Part} Part */
/** @typedef {import("./previews.mjs").Preview} Preview */

/** The time that a preview may take to wake, in seconds. */
export const wakeSeconds = 60;

/**
 * Questions to a backing service's own container: whether it answers, whatever it answers.
 *
 * @type {Readonly<Record<string, string>>}
 */
const answers = {
  postgres: "pg_isready -q -h 127.0.0.1",
  redis: "$(command -v valkey-cli || echo redis-cli) ping 2>&1 | grep -Eq 'PONG|NOAUTH'",
};

/** The question whether a copy is well, by its address and the domain that it answers for. */
const asksCopy =
  'timeout 2 wget -q -O /dev/null --header "Host: $2" --header "X-Forwarded-Host: $2" --header "X-Forwarded-Proto: https" "$1"';

/**
 * Starts what sleeps of a preview: backing services, then services, each kind side by side, and waits until all of them answer.
 *
 * Services do not wait until the database answers: most take longer to read their code than it takes to start, and one that
 * is faster, and ends, is started again by the engine.
 *
 * @param {Preview} preview
 * @param {{ readonly engine: Engine, readonly gateway: string }} host
 * @returns {Promise<boolean>} whether they do
 */
export async function startAll(preview, { engine, gateway }) {
  const asleep = toStart(preview);
  const of = (/** @type {Part["rank"]} */ rank) => asleep.filter((one) => one.rank === rank);
  await Promise.all(of("backing service").map(({ id }) => engine.start(id)));
  const served = of("backing service").map((server) => isServing(server, engine));
  await Promise.all(of("service").map(({ id }) => engine.start(id)));
  const parts = [...new Set(of("service").map(({ part }) => part))];
  const well = parts.map((one) =>
    isWell(
      of("service").filter(({ part }) => part === one),
      engine,
      gateway,
    ),
  );
  return (await Promise.all([...served, ...well])).every(Boolean);
}

/**
 * Stops all containers of a preview: services first, so that what they write to is still there.
 *
 * @param {Preview} preview
 * @param {Engine} engine
 */
export async function stopAll({ parts }, engine) {
  for (const rank of /** @type {const} */ (["service", "backing service"])) {
    const these = parts.filter((one) => one.runs && one.rank === rank);
    await Promise.all(these.map(({ id }) => engine.stop(id)));
  }
}

/**
 * @param {Part} server a backing service
 * @param {Engine} engine
 * @returns {Promise<boolean>} whether it answers
 */
async function isServing({ id, part }, engine) {
  const question = answers[part];
  return question === undefined || engine.runIn(id, untilAnswered(question), wakeSeconds + 5);
}

/**
 * @param {readonly Part[]} copies of one service
 * @param {Engine} engine
 * @param {string} gateway
 * @returns {Promise<boolean>} whether one of them is well: a release that failed may have left one that never becomes so
 */
async function isWell(copies, engine, gateway) {
  const asked = copies.flatMap(({ name, ready }) => (ready === undefined ? [] : [{ name, ...ready }]));
  if (asked.length === 0) return true;
  const answered = asked.map(async ({ name, domain, address }) => {
    const question = untilAnswered(asksCopy, `http://${name}:${address}`, domain);
    if (!(await engine.runIn(gateway, question, wakeSeconds + 5))) throw new Error(name);
  });
  return Promise.any(answered).then(
    () => true,
    () => false,
  );
}

/**
 * A command that asks until there is an answer.
 *
 * @param {string} question in the shell's words
 * @param {readonly string[]} values what it calls `$1`, `$2`
 */
function untilAnswered(question, ...values) {
  // By steps, not by the clock: a container may have none.
  const most = wakeSeconds * 20;
  const script = `n=0; until ${question}; do n=$((n + 1)); [ $n -lt ${most} ] || exit 1; sleep 0.05; done`;
  return ["sh", "-c", script, "sh", ...values];
}
