/**
 * A container as the engine lists it.
 *
 * @typedef {object} Listed
 * @property {string} Id
 * @property {readonly string[]} Names
 * @property {string} State
 * @property {number} Created in seconds since 1970
 * @property {Readonly<Record<string, string>>} Labels
 */

/**
 * A container of a preview.
 *
 * @typedef {object} Part
 * @property {string} id
 * @property {string} name
 * @property {string} part the service or backing service
 * @property {"backing service" | "service"} rank
 * @property {boolean} runs
 * @property {boolean} ended stopped, and can be started again
 * @property {Ready} [ready]
 * @property {number} [aloneSince] when it was made, in seconds since 1970, where no other copy of its service may run beside it
 */

/**
 * How a service tells that it is well: by its answer to a request under that domain.
 *
 * @typedef {object} Ready
 * @property {string} domain
 * @property {string} address its port and path: `8000/api/health`
 */

/**
 * A preview on this host.
 *
 * @typedef {object} Preview
 * @property {string} namespace
 * @property {readonly Part[]} parts
 * @property {number} newest the time when the newest of them was made, in milliseconds since 1970
 */

const backingServices = new Set(["postgres", "redis", "object-storage"]);

/** The label with the request that tells whether a copy is well: `pr-12.preview.example.com:8000/api/health`. */
export const readyLabel = "towpath.ready";

/** The label of the copies of services of which never two run. */
export const rolloutLabel = "towpath.rollout";

/**
 * The previews among containers, by their namespaces. What a step runs once (a migration, a look at an image) is no part of
 * them: only what belongs to a release carries its id.
 *
 * @param {readonly Listed[]} containers
 * @returns {Map<string, Preview>}
 */
export function previewsIn(containers) {
  /** @type {Map<string, Preview & { parts: Part[] }>} */
  const previews = new Map();
  for (const {
    Id: id,
    Names: [name = ""],
    State: state,
    Created,
    Labels: labels,
  } of containers) {
    const namespace = labels["towpath.namespace"];
    const part = labels["towpath.part"] ?? "";
    const isBacking = backingServices.has(part);
    if (labels["towpath.environment"] !== "preview" || namespace === undefined) continue;
    if (!isBacking && labels["towpath.release"] === undefined) continue;
    const preview = previews.get(namespace) ?? { namespace, parts: [], newest: 0 };
    const [, domain, address] = /^([^:]+):([0-9]+\/.*)$/.exec(labels[readyLabel] ?? "") ?? [];
    preview.parts.push({
      id,
      name: name.replace(/^\//, ""),
      part,
      rank: isBacking ? "backing service" : "service",
      runs: state === "running" || state === "restarting",
      ended: state === "exited",
      ...(domain !== undefined && address !== undefined && { ready: { domain, address } }),
      ...(labels[rolloutLabel] === "stop-first" && { aloneSince: Created }),
    });
    preview.newest = Math.max(preview.newest, Created * 1000);
    previews.set(namespace, preview);
  }
  return previews;
}

/**
 * Tells whether a preview uses the machine: one of its containers runs, or is about to run again by itself.
 *
 * @param {Preview} preview
 */
export function usesMachine({ parts }) {
  return parts.some(({ runs }) => runs);
}

/**
 * The containers to start so that a preview can answer: those of its parts of which no copy runs. Empty when it is awake: an old
 * copy that is about to be removed, while a new one runs, is no sign of sleep, nor is what was made and never started. Of several
 * that may not run beside each other it is the oldest: the one from before a release that was not completed.
 *
 * @param {Preview} preview
 */
export function toStart({ parts }) {
  const running = new Set(parts.filter(({ runs }) => runs).map(({ part }) => part));
  const asleep = parts.filter(({ part, ended }) => ended && !running.has(part));
  return asleep.filter(
    ({ part, aloneSince = 0 }) =>
      aloneSince === 0 || !asleep.some((one) => one.part === part && (one.aloneSince ?? 0) < aloneSince),
  );
}
