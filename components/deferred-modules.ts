import Module from "node:module";

/**
 * Loads what Pulumi's SDK needs to serialize functions when it is first used, not whenever a program starts.
 *
 * The SDK requires TypeScript's compiler and npm's installer (Arborist) at its start: 0.3 of its 0.5 s on two cores. Only
 * dynamic providers and callbacks that run elsewhere use them. Node loads this file before the SDK: `nodeargs` in
 * Pulumi.yaml.
 */
const deferred = new Set(["typescript", "@npmcli/arborist"]);

type Load = (request: string, parent: unknown, isMain: boolean) => Record<PropertyKey, unknown>;

// Not in Node's types; tracing libraries hook into the same function.
const loader = Module as unknown as { _load: Load };
const load = loader._load;

loader._load = (request, parent, isMain) => {
  if (!deferred.has(request)) return load(request, parent, isMain);
  let loaded: ReturnType<Load> | undefined;
  const whole = (): ReturnType<Load> => (loaded ??= load(request, parent, isMain));
  return new Proxy<ReturnType<Load>>(
    // The SDK's import would copy, and so load, all that a module without this mark exports.
    { __esModule: true },
    {
      get: (mark, property) => (property in mark ? mark[property] : whole()[property]),
      has: (_, property) => property in whole(),
    },
  );
};
