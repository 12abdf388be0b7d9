import Module from "node:module";

/**
 * Loads what Pulumi's SDK seldom needs when it is first used, not whenever a program starts.
 *
 * The SDK requires TypeScript's compiler at its start, 0.2 of its 0.35 s on two cores, which only dynamic providers and
 * callbacks that run elsewhere use; and 0.06 s of what `--tracing` uses. Node loads this file before the SDK: `nodeargs` in
 * Pulumi.yaml.
 */
const deferred = new Set([
  // TypeScript's compiler: the project's, or one of the SDK's own where it has none.
  "../../typescript-shim",
  "@opentelemetry/exporter-zipkin",
  "@opentelemetry/instrumentation",
  "@opentelemetry/instrumentation-grpc",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/sdk-trace-node",
]);

/**
 * The module that turns V8's debugger on for the whole run, to hear where functions were written that run elsewhere;
 * the SDK waits for it (0.06 s), and its own serializer turns the debugger on when it is used.
 */
const debuggerHooks = "../../runtime/closure/v8Hooks";

/** @typedef {(...request: [name: string, parent: unknown, isMain: boolean]) => Record<PropertyKey, unknown>} Load */

// Not in Node's types; tracing libraries hook into the same function.
const loader = /** @type {{ _load: Load }} */ (/** @type {unknown} */ (Module));
const load = loader._load;

/** @type {Load} */
function loadLater(...request) {
  if (request[0] === debuggerHooks) return { isInitializedAsync: () => Promise.resolve() };
  if (!deferred.has(request[0])) return load(...request);
  /** @type {ReturnType<Load> | undefined} */
  let loaded;
  const whole = () => (loaded ??= load(...request));
  /** @type {ReturnType<Load>} */
  const marked = {
    // The SDK's import would copy, and so load, all that a module without this mark exports.
    __esModule: true,
  };
  return new Proxy(marked, {
    get: (mark, property) => (property in mark ? mark[property] : whole()[property]),
    has: (_, property) => property in whole(),
  });
}

loader._load = loadLater;
