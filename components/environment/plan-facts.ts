import type { MigrationFacts } from "../migration/migration-facts.ts";
import type { ReleaseRecord } from "../plan/release-record.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";

/** The facts that the program knows of a release before anything is made, for those who decide about it. */
export interface PlanFacts {
  readonly environment: ReleasedSettings["environment"];
  readonly namespace: string;
  readonly address: string;
  /** The release that this run would make. */
  readonly release: Pick<ReleaseRecord, "id" | "commit" | "branch" | "version">;
  /** The release that runs until then; left out for a first one. */
  readonly current?: Pick<ReleaseRecord, "id" | "commit" | "endedAt">;
  /** True when other images run afterwards than before, or the same ones otherwise. */
  readonly changes: boolean;
  /** The images that are others than before. */
  readonly images: readonly ImageChange[];
  readonly migration: PlannedMigration;
  readonly secrets: readonly SecretChange[];
  readonly variables: readonly VariableChange[];
  /** The services that come, go, or run otherwise. */
  readonly services: readonly ServiceChange[];
  /** Left out where nobody has to approve a release. */
  readonly approval?: ApprovalState;
  /** Left out where releases are not frozen now. */
  readonly freeze?: { readonly until: string; readonly reason: string };
  /** True when everyone is answered 503 afterwards. */
  readonly maintenance: boolean;
  /** The memory that the copies of services may use at most. */
  readonly memory: MemoryDemand;
  /** The reasons for which `up` would refuse this release. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** An image that is another one than before. */
export interface ImageChange {
  readonly name: string;
  /** The digests; `before` is left out for an image that is new. */
  readonly before?: string;
  readonly after: string;
}

/** The pending migrations. */
export interface PlannedMigration {
  /** The revisions that would be applied, in their order. */
  readonly revisions: readonly string[];
  /** The statements with what is found of them. */
  readonly facts: MigrationFacts;
  /** The reason that it is not known what they do; left out where it is. */
  readonly unknown?: string;
}

/** A secret that is another one than before, or that somebody has to do something about. */
export interface SecretChange {
  readonly name: string;
  readonly change: "missing" | "new" | "changed" | "removed" | "due";
}

/** A variable of a service that is another one than before. */
export interface VariableChange {
  readonly service: string;
  readonly name: string;
  /** The values; left out where the variable comes or goes. */
  readonly before?: string;
  readonly after?: string;
}

/** A service that is not as before, or of which another number of copies runs. */
export interface ServiceChange {
  readonly name: string;
  readonly change: "new" | "changed" | "removed";
}

/** The approvals of a release: those that are needed and those that are there. */
export interface ApprovalState {
  readonly required: number;
  readonly signers: readonly string[];
  readonly approvedBy: readonly string[];
}

/** The memory of all copies of services on a host, each up to its limit, in bytes. */
export interface MemoryDemand {
  /** Left out for a first release. */
  readonly before?: number;
  readonly after: number;
  /** The memory that is free there now; left out where the host did not tell. */
  readonly free?: number;
}
