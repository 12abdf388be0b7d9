/**
 * The engine's side of a program under test: import this file before any component.
 *
 * It keeps what the program asks the engine for, word for word: types, names, inputs with the places of their secrets,
 * dependencies and options. plugins.ts answers as the plugins would. What the real engine and plugins then do is
 * proved in test/e2e.
 */
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { Hidden, readable } from "./hidden.ts";
import { answerOf, type PlayedPlugins } from "./plugins.ts";

// What the machine that runs the tests is set up with must not show in them.
delete process.env.DOCKER_HOST;
delete process.env.TOWPATH_IMAGE_MIRROR;

/** One resource as the program registered it. */
export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** False for components. */
  readonly custom: boolean;
  /** The inputs as they are sent, but for a step's own, which is parsed; each secret value stands in a `Hidden`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly parent: string;
  readonly dependencies: readonly string[];
  /** The resources that each input's value comes from. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
  readonly options: {
    /** Undefined where the plugin decides. */
    readonly deleteBeforeReplace: boolean | undefined;
    readonly replaceOnChanges: readonly string[];
    readonly ignoreChanges: readonly string[];
    /** True when a plan that would delete it fails. */
    readonly protect: boolean;
    /** True when it stays where it is after the engine forgets it. */
    readonly retainOnDelete: boolean;
    /** The type and name of the provider that the program chose, if it did. */
    readonly provider: string;
  };
}

/** The surroundings of a program. */
export interface Run extends PlayedPlugins {
  /** A plan: nothing that a plugin would say is known. */
  readonly preview?: boolean;
  readonly stack?: string;
  /** The stack's configuration, keys with their prefix. */
  readonly configuration?: Readonly<Record<string, string>>;
}

/** The outcome of a program. */
export interface Outcome<Result> {
  /** The resources, in the order in which the engine was asked. */
  readonly registrations: readonly Registration[];
  /** The result of the program; undefined when it threw. */
  readonly result: Result | undefined;
  readonly thrown: unknown;
}

/** Runs a program to its end, past everything that it registers. */
export async function outcome<Result>(
  program: () => Result | Promise<Result>,
  run: Run = {},
): Promise<Outcome<Result>> {
  const { stack = "local", preview = false, configuration = {} } = run;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) =>
        answerOf({ type, name, inputs: inputs as object, preview }, run),
      call: ({ token, inputs }) => {
        const answer = run.functions?.[token];
        if (answer === undefined) throw new Error(`${token}: no component calls this function of a plugin`);
        return answer(inputs as Record<string, unknown>);
      },
    },
    "towpath",
    stack,
    preview,
    "organization",
  );
  pulumi.runtime.setAllConfig({ ...configuration });
  const { registrations, refused } = recorded();
  let result: Result | undefined;
  let thrown: unknown;
  try {
    result = await program();
  } catch (error) {
    thrown = error;
  }
  await pulumi.runtime.disconnect();
  if (refused.length > 0) throw refused[0] as Error;
  return { registrations, result, thrown };
}

/** Returns what a program that must not fail registered, and its result. */
export async function deployed<Result>(
  program: () => Result | Promise<Result>,
  run: Run = {},
): Promise<{ registrations: readonly Registration[]; result: Result }> {
  const { registrations, result, thrown } = await outcome(program, run);
  if (thrown !== undefined) throw thrown as Error;
  return { registrations, result: result as Result };
}

/** The value of an output; it has to be known. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    pulumi.unsecret(output).apply((value) => {
      resolve(value);
    });
  });
}

/** Tells whether the engine keeps an output secret. */
export function isSecret(output: pulumi.Output<unknown>): Promise<boolean> {
  return pulumi.isSecret(output);
}

/** The resources that plugins make, by name. */
export function byName(registrations: readonly Registration[]): Record<string, Registration> {
  const custom = registrations.filter((registration) => registration.custom);
  const found = Object.fromEntries(custom.map((registration) => [registration.name, registration]));
  if (Object.keys(found).length < custom.length) throw new Error("two resources have the same name");
  return found;
}

/** Records everything that the program asks of the engine, and what the engine refuses. */
function recorded(): { registrations: Registration[]; refused: unknown[] } {
  const registrations: Registration[] = [];
  const refused: unknown[] = [];
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: RegisterResourceRequest, callback) =>
    register(request, (error: unknown, response: { getUrn(): string } | undefined) => {
      if (response === undefined) refused.push(error);
      else registrations.push(registrationOf(response.getUrn(), request));
      callback(error, response);
    });
  return { registrations, refused };
}

function registrationOf(urn: string, request: RegisterResourceRequest): Registration {
  const inputs = readable(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>;
  const { stdin } = inputs;
  // A plan does not know all of them.
  if (stdin instanceof Hidden && stdin.value !== pulumi.runtime.unknownValue)
    inputs.stdin = new Hidden(JSON.parse(String(stdin.value)));
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs,
    parent: request.getParent(),
    dependencies: request.getDependenciesList(),
    sources: Object.fromEntries(
      [...request.getPropertydependenciesMap().entries()].map(([input, from]) => [input, from.getUrnsList()]),
    ),
    options: {
      deleteBeforeReplace: request.getDeletebeforereplacedefined()
        ? request.getDeletebeforereplace()
        : undefined,
      replaceOnChanges: request.getReplaceonchangesList(),
      ignoreChanges: request.getIgnorechangesList(),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      provider: request.getProvider().split("::").slice(2, 4).join(" "),
    },
  };
}
