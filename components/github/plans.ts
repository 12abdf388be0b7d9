/** The plans of GitHub, as its API names them. */
export const planNames = ["free", "pro", "team", "enterprise"] as const;

/** A plan of GitHub. */
export type PlanName = (typeof planNames)[number];

/** A feature of GitHub that not every plan has. */
export type Feature =
  "environments" | "reviewers" | "waitTimer" | "rulesets" | "dependabotAlerts" | "secretScanning";

/** One line of the table of plans. */
export interface Offer {
  readonly feature: Feature;
  /** Its name, in the words of messages and guides. */
  readonly words: string;
  /** The plans that have it in private repositories; public ones have it on every plan. */
  readonly privateOn: readonly PlanName[];
  /** The alternative for a private repository on another plan. */
  readonly instead: string;
}

/**
 * The offers of GitHub's plans.
 *
 * Read in GitHub's own guides: "Managing environments for deployment" (environments, reviewers and wait timers), "About
 * rulesets", "About Dependabot alerts" and "About secret scanning". Secret scanning in a private repository also has to be
 * bought, as GitHub Secret Protection.
 */
export const offers: readonly Offer[] = [
  {
    feature: "environments",
    words: "environments with secrets, branches and tags",
    privateOn: ["pro", "team", "enterprise"],
    instead: "leave the setting out, and keep secrets in the repository",
  },
  {
    feature: "reviewers",
    words: "required reviewers",
    privateOn: ["enterprise"],
    instead: "leave reviewers out, and set towpath:approval in production",
  },
  {
    feature: "waitTimer",
    words: "wait timers",
    privateOn: ["enterprise"],
    instead: "take 0",
  },
  {
    feature: "rulesets",
    words: "rulesets",
    privateOn: ["pro", "team", "enterprise"],
    instead: "leave the repository's stack out, and agree on the rules",
  },
  {
    feature: "dependabotAlerts",
    words: "Dependabot alerts",
    privateOn: planNames,
    instead: "every plan has them",
  },
  {
    feature: "secretScanning",
    words: "secret scanning and push protection",
    privateOn: ["team", "enterprise"],
    instead: "leave it out",
  },
];

/** The facts of a repository that a plan's offers depend on. */
export interface Subscription {
  /** Undefined when the token may not see it: then nothing is refused for it. */
  readonly plan: PlanName | undefined;
  readonly isPrivate: boolean;
}

/** The plan of a name that GitHub's API says; undefined for none of ours. GitHub calls Enterprise `business` for some. */
export function planOf(name: string | undefined): PlanName | undefined {
  const lower = name?.toLowerCase();
  if (lower === "business" || lower === "business_plus") return "enterprise";
  return planNames.find((known) => known === lower);
}

/** Tells whether GitHub offers it there; true where the plan is not known. */
export function isOffered(feature: Feature, { plan, isPrivate }: Subscription): boolean {
  return !isPrivate || plan === undefined || offerOf(feature).privateOn.includes(plan);
}

/** A feature that the settings ask for, and the setting that does. */
export interface Wanted {
  readonly feature: Feature;
  readonly place: string;
}

/** Returns the problems of features that GitHub's plan does not offer, in people's words. */
export function planProblems(wanted: readonly Wanted[], subscription: Subscription): string[] {
  return wanted
    .filter(({ feature }) => !isOffered(feature, subscription))
    .map(({ feature, place }) => {
      const { words, privateOn, instead } = offerOf(feature);
      return (
        `${place}: GitHub has ${words} in private repositories on ${privateOn.join(", ")} only, ` +
        `got a private one on ${subscription.plan ?? "no plan"}; upgrade or make it public, or ${instead}`
      );
    });
}

function offerOf(feature: Feature): Offer {
  const found = offers.find((offer) => offer.feature === feature);
  if (found === undefined) throw new Error(`${feature}: not in the table of plans`);
  return found;
}
