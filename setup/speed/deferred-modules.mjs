import Module from "node:module";

/**
 * Loads what Pulumi's SDK seldom needs when it is first used, not whenever a program starts: TypeScript's compiler, which
 * only dynamic providers and callbacks that run elsewhere use, 0.2 of the 0.35 s that the SDK takes on two cores; the
 * project's, or one of the SDK's own where it has none. Node loads this file before the SDK: `nodeargs` in Pulumi.yaml.
 */
const deferred = new Set(["../../typescript-shim"]);

/** What `--tracing` uses, 0.1 s: the SDK takes functions and classes out of these at its start, and calls them when it traces. */
const deferredFunctions = new Set([
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

/** @typedef {{ readonly filename?: string | null } | null | undefined} Requirer */
/** @typedef {(...request: [name: string, parent: Requirer, isMain: boolean]) => Record<PropertyKey, unknown>} Load */

// Not in Node's types; tracing libraries hook into the same function.
const loader = /** @type {{ _load: Load }} */ (/** @type {unknown} */ (Module));
const load = loader._load;

/** @type {Load} */
function loadLater(...request) {
  if (request[0] === debuggerHooks) return { isInitializedAsync: () => Promise.resolve() };
  // Those packages extend each other's classes: to one another they are there as they are.
  const functions = deferredFunctions.has(request[0]) && isOfSdk(request[1]);
  if (!functions && !deferred.has(request[0])) return load(...request);
  /** @type {ReturnType<Load> | undefined} */
  let loaded;
  const whole = () => (loaded ??= load(...request));
  /** @type {ReturnType<Load>} */
  const marked = {
    // The SDK's import would copy, and so load, all that a module without this mark exports.
    __esModule: true,
  };
  return new Proxy(marked, {
    get: (mark, property) => {
      if (property in mark) return mark[property];
      return functions ? calledLater(() => whole()[property]) : whole()[property];
    },
    has: (_, property) => property in whole(),
  });
}

/**
 * True for a module of Pulumi's SDK itself.
 *
 * @param {Requirer} requirer
 */
function isOfSdk(requirer) {
  return /[\\/]@pulumi[\\/]pulumi[\\/](?!node_modules)/.test(requirer?.filename ?? "");
}

/**
 * A function or class that is loaded when it is called.
 *
 * @param {() => unknown} whole
 */
function calledLater(whole) {
  const loaded = () => /** @type {new (...args: unknown[]) => object} */ (whole());
  function called() {
    return undefined;
  }
  return new Proxy(called, {
    apply: (_, self, args) => /** @type {unknown} */ (Reflect.apply(loaded(), self, args)),
    construct: (_, args) => /** @type {object} */ (Reflect.construct(loaded(), args)),
  });
}

loader._load = loadLater;
