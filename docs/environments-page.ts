import { kinds, type Kind } from "../components/settings/kinds.ts";
import { page, table } from "./pages.ts";

/** The row of the page for one field of a kind of environment. */
interface Row {
  readonly title: string;
  readonly text: (kind: Kind) => string;
}

const yesOrNo = (is: boolean): string => (is ? "yes" : "no");

/** A row for each field, in the order of the page. */
const rows: Readonly<Record<keyof Kind, Row>> = {
  hosts: {
    title: "runs on",
    text: ({ hosts }) => ({ here: "this machine", ssh: "hosts over SSH" })[hosts],
  },
  images: {
    title: "images",
    text: ({ images }) =>
      ({
        built: "built here",
        commit: "a commit's, from the registry",
        promoted: "those that staging proved",
      })[images],
  },
  route: {
    title: "users reach it",
    text: ({ route }) =>
      ({ localhost: "at a port of this machine", domain: "by a domain, over HTTPS", none: "not at all" })[
        route
      ],
  },
  hidden: {
    title: "search engines are told not to list it",
    text: ({ hidden }) => yesOrNo(hidden),
  },
  drains: {
    title: "a switch waits for requests under way",
    text: ({ drains }) => yesOrNo(drains),
  },
  data: {
    title: "data",
    text: ({ data }) =>
      ({
        kept: "kept between runs",
        memory: "in memory, gone with its servers",
        "thrown away": "thrown away with the environment",
        protected: "protected: no plan deletes it",
      })[data],
  },
  records: { title: "it keeps records of its releases", text: ({ records }) => yesOrNo(records) },
  backups: {
    title: "its database is dumped before a migration, and at the times of a schedule",
    text: ({ backups }) => yesOrNo(backups),
  },
  schedules: {
    title: "jobs run at the times of their schedules",
    text: ({ schedules }) => yesOrNo(schedules),
  },
  rights: {
    title: "containers may",
    text: ({ rights }) =>
      ({ all: "do all that Docker lets them", few: "do little, within `towpath:limits`" })[rights],
  },
  reviewed: {
    title: "people agree to a release, and to a migration that takes something away",
    text: ({ reviewed }) => yesOrNo(reviewed),
  },
  gateTimeoutSeconds: {
    title: "a new copy has to be healthy within, unless a setting says otherwise",
    text: ({ gateTimeoutSeconds }) => `${gateTimeoutSeconds} s`,
  },
};

/** The page that shows which environment has what. */
export function environmentsPage(): string {
  const head = ["", ...Object.keys(kinds)];
  const cells = Object.values(rows).map(({ title, text }) => [title, ...Object.values(kinds).map(text)]);
  const introduction = [
    "All environments run the same application; this is how they differ before any setting is read. What can be set in each",
    "of them is in [settings.md](settings.md).",
  ].join("\n");
  return page("Which environment has what", introduction, [table(head, cells)]);
}
