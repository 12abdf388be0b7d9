import * as pulumi from "@pulumi/pulumi";
import type { Application, SmokeCommand } from "../application/application.ts";
import { found } from "../application/names.ts";
import type { ReferenceFacts } from "../application/references.ts";
import { pathAtService, routeOf } from "../application/routes.ts";
import { secretsOfSmoke, withWhatTheySave } from "../application/smoke-here.ts";
import { plainVariables } from "../application/variables.ts";
import { listedCommand, type Listed, type ListedCommand, type SmokeCheck } from "../contract/smoke-check.ts";
import type { ListedAfterwards } from "../contract/switch-route.ts";
import { forwardedHeaders } from "../gateway/forwarded.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { checksAfterwards, visitors, type RouteState } from "../gateway/route-checks.ts";
import type { Names } from "../naming/names.ts";

/** Arguments of the smoke checks. */
export interface SmokeChecksArgs {
  application: Application;
  gateway: Pick<Gateway, "containerName">;
  facts: Pick<ReferenceFacts, "url" | "environment">;
  names: Pick<Names, "smoke">;
  labels: (part: string) => Readonly<Record<string, string>>;
}

/** The copies of one release, by service. */
export type CheckedCopies = Readonly<
  Record<string, readonly { readonly containerName: pulumi.Output<string> }[]>
>;

/**
 * The smoke checks before the switch, each of every new copy that will answer its path, and each command like one copy of its
 * service. Other addresses know nothing of what users cannot reach yet: they are asked after it.
 */
export function smokeChecks(
  args: SmokeChecksArgs,
  releases: readonly CheckedCopies[],
): pulumi.Output<SmokeCheck[]> {
  const { application, gateway, facts } = args;
  const forwarded = forwardedHeaders(facts.url);
  const inside = withWhatTheySave(application.smoke, (check) => !("url" in check));
  const checks = inside.flatMap((check): pulumi.Output<SmokeCheck>[] => {
    if ("command" in check) return releases.map((copies) => commandLike(check, copies, args));
    const target = "path" in check ? routeOf(application, check.path) : undefined;
    if (!("path" in check) || target === undefined) return [];
    return releases
      .flatMap((copies) => found(copies, target.service))
      .map(({ containerName }) =>
        pulumi.all([gateway.containerName, containerName]).apply(([name, host]) => ({
          ...check,
          path: pathAtService(target, check.path),
          headers: { ...check.headers, ...forwarded },
          target: { gateway: name, host, port: target.port },
        })),
      );
  });
  return pulumi.all(checks);
}

/** A command like the first copy of its service. */
function commandLike(
  check: SmokeCommand,
  copies: CheckedCopies,
  { application, facts, names, labels }: SmokeChecksArgs,
): pulumi.Output<ListedCommand> {
  const run = {
    name: names.smoke("release"),
    labels: labels("smoke"),
    // A person's own values are secrets in local.
    plainVariables:
      facts.environment === "local" ? [] : plainVariables(found(application.services, check.service)),
  };
  return firstOf(copies, check.service).apply((like) => listedCommand(check, { ...run, like }));
}

/** The name of the first copy of a service. */
function firstOf(copies: CheckedCopies, service: string): pulumi.Output<string> {
  const [first] = found(copies, service);
  if (first === undefined) throw new Error(`a release without a copy of ${service}`);
  return first.containerName;
}

/** What checks need that do more than read. */
export function listedChecks(
  { application, limitSeconds }: { readonly application: Application; readonly limitSeconds: number },
  copies: CheckedCopies,
  state: RouteState,
): pulumi.Output<ListedAfterwards> {
  const secrets: pulumi.Output<Listed["secrets"]> = pulumi.all(
    Object.fromEntries(
      Object.entries(secretsOfSmoke(application)).map(([secret, service]) => [
        secret,
        firstOf(copies, service),
      ]),
    ),
  );
  return secrets.apply((known) => ({
    limitSeconds,
    secrets: known,
    afterwards: checksAfterwards(application, state),
    visitors: visitors(state),
  }));
}
