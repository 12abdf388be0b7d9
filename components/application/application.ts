import type { JsonValue } from "./smoke-description.ts";

/** A described application after its checks: every optional is filled in, and what one part names, another declares. */
export interface Application {
  readonly name: string;
  readonly images: Readonly<Record<string, Image>>;
  readonly services: Readonly<Record<string, Service>>;
  /** The labels of its further host names. */
  readonly domains: readonly string[];
  readonly postgres?: PostgresServer;
  readonly redis?: RedisServer;
  readonly buckets: readonly string[];
  readonly volumes: readonly string[];
  /** The secrets that services name, whose values the settings give. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /** The secrets that needs bring, such as DATABASE_URL, whose values the backing services make. */
  readonly connectionSecrets: Readonly<Record<string, Secret>>;
  readonly migrations?: Migrations | MigrationsAtStart;
  readonly smoke: readonly Smoke[];
  readonly checks: Readonly<Record<string, Check>>;
  readonly jobs: Readonly<Record<string, Job>>;
  /** The services that do not run in the environment that this is for: `runningIn` leaves them out. */
  readonly absent?: readonly string[];
}

/** A PostgreSQL server. */
export interface PostgresServer {
  /** Its major version. */
  readonly version: 14 | 15 | 16 | 17 | 18;
  /** The pattern of its database's name; left out, it is the namespace's. */
  readonly database?: string;
  /** The reference of its image, as people write it; left out, the official one of that version. */
  readonly image?: string;
  /** Settings of the server, by their names; left out, its own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The extensions that its databases have. */
  readonly extensions?: readonly string[];
}

/** A Redis server, or one that speaks as it does. */
export interface RedisServer {
  /** Its major version. */
  readonly version: 6 | 7 | 8;
  /** Its make; left out, Redis. */
  readonly server?: "redis" | "valkey";
  /** False where its data may be lost with its container. */
  readonly persistent?: boolean;
  /** Settings of the server, by their names; left out, its own. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** An image: one that is built, or one that is pulled as it is. */
export type Image = ImageBuild | ReadyMadeImage;

/** An image that somebody else has made. */
export interface ReadyMadeImage {
  /** Its reference, as people write it: Docker Hub's where it names no registry. */
  readonly from: string;
}

/** An image to build. */
export interface ImageBuild {
  readonly context: string;
  readonly dockerfile: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly dev?: Development;
  /** The folders that are mounted over the image where it runs: `inDevelopment` takes them from `dev`. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** The build of an image for development. */
export interface Development {
  readonly target: string;
  /** Folders of the project, and where they are in the container. */
  readonly mounts: Readonly<Record<string, string>>;
}

/** An environment that services run in. */
export type RunningEnvironment = "local" | "preview" | "staging" | "production";

/** A service to run. */
export interface Service {
  readonly image: string;
  readonly only?: readonly RunningEnvironment[];
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly workingDir?: string;
  readonly init: boolean;
  readonly stopSignal?: string;
  readonly tmpfs: readonly string[];
  readonly shmSize?: string;
  readonly ulimits: Readonly<Record<string, number>>;
  readonly extraHosts: Readonly<Record<string, string>>;
  readonly devCommand?: readonly string[];
  readonly port?: number;
  readonly health?: Health;
  /** A path stands for a route that is no more than that. */
  readonly routes: readonly (string | DescribedRoute)[];
  readonly needs: readonly string[];
  readonly secrets: readonly string[];
  /** The folders at which it has volumes, by their names. */
  readonly volumes: Readonly<Record<string, string>>;
  /** The ports of a host that lead to it, in Compose's form; a service with some ends the old copy first, too. */
  readonly ports?: readonly string[];
  /** How a new copy takes over; left out, it starts beside the old one. */
  readonly rollout?: "start-first" | "stop-first";
  readonly readOnly: boolean;
  /** The capabilities that it keeps where users are. */
  readonly capabilities: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A route, as a service describes it. */
export interface DescribedRoute {
  /** `/api/*` for all below, or one exact path. */
  readonly path: string;
  /** The label of the host name that it is of; left out, of the environment's own. */
  readonly domain?: string;
  readonly stripPrefix?: boolean;
  /** The most bytes that a request's body has, with its unit. */
  readonly maxBodySize?: string;
  /** The headers of answers, in the place of the application's own. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly basicAuth?: BasicAuth;
}

/** The password that those who ask for a route have to give. */
export interface BasicAuth {
  readonly user: string;
  /** The name of the secret that is the password, one of the service's own. */
  readonly secret: string;
}

/** The check that shows that a copy is ready. */
export type Health = { readonly path: string } | { readonly command: readonly string[] };

/** The delivery of a secret to its services. */
export interface Secret {
  readonly delivery: "file" | "variable";
  /** The path of the file beside that below `/run/secrets`. */
  readonly path?: string;
  /** True when an environment may have no value of it. */
  readonly optional?: boolean;
}

/** Migrations that a service runs by itself at its start. */
export interface MigrationsAtStart {
  readonly service: string;
  readonly atStart: true;
}

/** The migrations of the schema. */
export interface Migrations {
  readonly service: string;
  readonly up: readonly string[];
  readonly down?: readonly string[];
  readonly current: readonly string[];
  readonly base?: string;
  readonly pending?: readonly string[];
  readonly sql?: readonly string[];
}

/** A check that a release must pass: a request to the application or to another address, or a command. */
export type Smoke = SmokeRequest | SmokeCommand;

/** A request, and the answer that it must get. */
export type SmokeRequest = PathRequest | UrlRequest;

/** What every check may say. */
interface SmokeCheck {
  readonly only?: readonly RunningEnvironment[];
  /** The number of further tries. */
  readonly retries?: number;
  /** The time between two of them. */
  readonly everySeconds?: number;
}

/** What requests may say beside where they go. */
interface Requested extends SmokeCheck {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text, or what is sent as JSON. */
  readonly body?: JsonValue;
  readonly form?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly json?: Readonly<Record<string, JsonValue>>;
  readonly compare?: Readonly<Record<string, Comparison>>;
  /** The fields of the answer that later checks use, by the names that they use. */
  readonly save?: Readonly<Record<string, string>>;
}

/** A request to the application. */
export interface PathRequest extends Requested {
  readonly path: string;
}

/** A request to another address. */
export interface UrlRequest extends Requested {
  readonly url: string;
}

/** A command in a container like a copy of its service. */
export interface SmokeCommand extends SmokeCheck {
  readonly service: string;
  readonly command: readonly string[];
  readonly timeoutSeconds?: number;
}

/** What one field of an answer must be. */
export interface Comparison {
  readonly below?: number;
  readonly above?: number;
  readonly matches?: string;
}

/** A command that runs at the times of a schedule, once for each release, or when somebody asks for it. */
export interface Job {
  readonly service: string;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
  /** Five cron fields in UTC. */
  readonly schedule?: string;
  /** Its part of a release; left out, it has none. */
  readonly runs?: JobTime;
  readonly only?: readonly RunningEnvironment[];
}

/** The time of a release at which a job runs. */
export type JobTime = "before-release" | "after-release";

/** A check that `ci` runs. */
export interface Check {
  readonly service: string;
  readonly command: readonly string[];
  /** The backing services, buckets and other checks that it needs. */
  readonly needs: readonly string[];
  readonly timeoutSeconds: number;
  /** All that it has to leave, its coverage report too. */
  readonly artifacts: readonly string[];
  readonly coverage?: { readonly file: string; readonly threshold: number };
}
