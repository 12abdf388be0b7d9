/** @typedef {import("./host.mjs").Host} Host */

/**
 * A question to the activator by those who may use the host's engine.
 *
 * @typedef {object} Question
 * @property {"state" | "look" | "admit" | "wake" | "sleep" | "leave"} operation
 * @property {string} [namespace]
 * @property {number} [memory] in bytes
 */

/**
 * Answers a question.
 *
 * @param {Host} host
 * @param {Question} question
 * @returns {Promise<unknown>}
 */
export async function control(host, { operation, namespace = "", memory = 0 }) {
  switch (operation) {
    case "state":
      return host.state();
    case "look":
      return host.look(namespace, memory);
    case "admit":
      return host.admit(namespace, memory);
    case "wake":
      return { result: await host.wake(namespace) };
    case "sleep":
      await host.sleep(namespace);
      return { result: "asleep" };
    case "leave":
      host.leave(namespace);
      return { result: "left" };
  }
}
