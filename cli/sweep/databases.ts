import type { DropCloneInput } from "../../components/contract/template.ts";
import type { TemplateServer } from "../../components/data/template-server.ts";
import { defined } from "../../components/input/defined.ts";
import { runLabel } from "../../components/naming/run-mark.ts";
import { docker, lines } from "../docker/containers.ts";
import type { Run } from "../process/run.ts";
import type { Kind, Thing } from "./thing.ts";
import { ownerBy, previewIn } from "./whose.ts";

/** The server of a template, as the sweep looks at it. */
export interface DatabaseHost {
  /** The name of its host in messages. */
  readonly name: string;
  /** Runs the docker client on its engine. */
  readonly run: Run;
  /** The application whose previews are looked for. */
  readonly application: string;
  /** The address of this project's state, as the marks of its runs name it. */
  readonly state: string;
  readonly server: TemplateServer;
  /** Drops a database with its role. */
  readonly drop: (input: DropCloneInput) => Promise<void>;
}

/** Roles have a comment with the labels of their environment, also while their database is not done. */
const question =
  "SELECT oid, rolname, shobj_description(oid, 'pg_authid') FROM pg_roles WHERE shobj_description(oid, 'pg_authid') LIKE '{%' ORDER BY rolname";

/** The databases of previews on the server of a template; none where the server is gone. */
export function databases({ name: place, run, application, state, server, drop }: DatabaseHost): Kind {
  const { containerName: container, administrator } = server;
  return {
    name: "database",
    place,
    async list() {
      const there = await docker(run, ["ps", "--quiet", "--filter", `name=^${container}$`]);
      if (there.trim() === "") return [];
      const client = ["psql", "--no-psqlrc", "--no-align", "--tuples-only", "--username", administrator];
      const listed = await docker(run, ["exec", container, ...client, "--command", question]);
      return lines(listed).flatMap((line): Thing[] => {
        const [, id = "", name = "", text = ""] = /^(\d+)\|([^|]*)\|(.*)$/.exec(line) ?? [];
        const labels = JSON.parse(text) as Readonly<Partial<Record<string, string>>>;
        if (labels["towpath.project"] !== application) return [];
        const whose = previewIn(application, labels["towpath.namespace"] ?? "");
        if (whose === undefined) return [];
        const owner = ownerBy(labels[runLabel] ?? "", state);
        return [{ kind: "database", id, name, place, ...whose, ...defined({ owner }) }];
      });
    },
    async remove({ name, preview }) {
      await drop({ server: { container, administrator }, clone: name, network: preview });
      return true;
    },
  };
}
