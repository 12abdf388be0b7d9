/** @typedef {import("./copier.mjs").Wanted} Wanted */
/** @typedef {import("./restic.mjs").Stored} Stored */

/**
 * What somebody asks of a storage: `stored`, which dumps are in it; `bring`, one of them, and what else is wanted. It takes its
 * time: the state tells how it goes.
 *
 * @typedef {{ readonly operation: "stored", readonly id: string }
 *   | { readonly operation: "bring", readonly id: string, readonly wanted: Wanted }} StorageQuestion
 */

/**
 * What was asked last.
 *
 * @typedef {object} Job
 * @property {string} id
 * @property {boolean} running
 * @property {readonly Stored[]} [stored]
 * @property {string} [problem] left out where there is none
 */

/** Does what is asked of a storage, one thing at a time: what is asked meanwhile is not begun. */
export class StorageJobs {
  /** @type {Pick<import("./copier.mjs").Copier, "stored" | "bring">} */
  #copier;
  /** @type {Job | undefined} */
  #job;

  /** @param {Pick<import("./copier.mjs").Copier, "stored" | "bring">} copier */
  constructor(copier) {
    this.#copier = copier;
  }

  /** @param {StorageQuestion} question */
  ask(question) {
    if (this.#job?.running === true) return;
    const { id } = question;
    this.#job = { id, running: true };
    this.#answer(question).then(
      (answer) => (this.#job = { id, running: false, ...answer }),
      (/** @type {unknown} */ error) => {
        this.#job = { id, running: false, problem: error instanceof Error ? error.message : String(error) };
      },
    );
  }

  /** @returns {Job | undefined} */
  state() {
    return this.#job;
  }

  /** @param {StorageQuestion} question */
  async #answer(question) {
    if (question.operation === "bring") return (await this.#copier.bring(question.wanted)) ?? {};
    const stored = await this.#copier.stored();
    return "problem" in stored ? stored : { stored };
  }
}
