/**
 * Leaves the Pulumi SDK's own lines out of stack traces; loaded before anything else that may fail.
 *
 * The SDK also takes a trace of every promise it makes, for a message that it shows with `PULUMI_DEBUG_PROMISE_LEAKS` only:
 * 0.4 of the 2.5 s of processor time of a program with 70 resources. Without that variable they are left out. And it takes
 * one of every resource, for the line of the source in the state, which nobody is shown: another 0.2 s.
 */
/** @typedef {(error: Error, frames: NodeJS.CallSite[]) => unknown} Format */

// Pulumi sets one of its own after this is loaded: it gets what is left, and is not asked for more.
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with what it belongs to
let next = /** @type {Format | undefined} */ (Error.prepareStackTrace);
const showsLeaks = process.env.PULUMI_DEBUG_PROMISE_LEAKS !== undefined;

/** @type {Format} */
function format(error, frames) {
  const taker = frames[0]?.getFunctionName();
  if (taker === "callsites" || (taker === "debuggablePromise" && !showsLeaks)) return "";
  const own = frames.filter(
    (frame) => !(frame.getFileName() ?? "").includes("/node_modules/@pulumi/pulumi/"),
  );
  if (next !== undefined) return next.call(Error, error, own);
  return [String(error), ...own.map(String)].join("\n    at ");
}

Object.defineProperty(Error, "prepareStackTrace", {
  configurable: true,
  get: () => format,
  set: (/** @type {Format | undefined} */ other) => {
    next = other;
  },
});
