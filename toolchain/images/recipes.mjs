/**
 * The recipe of each image of the mirror.
 *
 * The names are Docker Hub's below a prefix; the versions are the ones that the components use.
 */

/** Stands for Docker Hub in the names of the images. `internal` is reserved for private networks: it resolves nowhere. */
export const defaultPrefix = "mirror.towpath.internal";

/**
 * @typedef {object} Recipe
 * @property {string} name the folder with the Dockerfile, and what people call the image
 * @property {string} repository Docker Hub's name and tag
 * @property {Recipe} [from] the image below; the Dockerfile gets it as BASE
 * @property {Record<string, string>} args the Dockerfile's build arguments
 * @property {GoProgram} [go] a Go program that the image carries
 * @property {true} [seldom] few environments use it: it is built only when it is named
 * @property {{ node: string }} [npm] npm's package of Node; the folder's package-lock.json pins it, and npm itself
 */

/**
 * @typedef {object} GoProgram the folder's go.mod and go.sum pin all that it is made of
 * @property {string} module
 * @property {string} version
 * @property {string} command the program's package below the module
 * @property {string} versionVariable the variable in which the program keeps its version
 * @property {string} folder where the program goes, below the image's root
 * @property {string} [capability] what the program may do without being root
 * @property {string[]} [moduleFiles] files of the module itself that go to the same folder
 */

const nodeVersion = "20.20.2";
const caddyVersion = "2.11.9";
const resticVersion = "0.18.1";

/** Made by mmdebstrap instead of a Dockerfile; below all others. @type {Recipe} */
export const debian = { name: "debian", repository: "library/debian:bookworm-slim", args: {} };

/** Stands below what Docker Hub builds on Alpine. @type {Recipe} */
const busybox = { name: "busybox", repository: "towpath/busybox:bookworm", from: debian, args: {} };

/**
 * In the order in which they are begun: what takes long early, but at most one before the image below it.
 *
 * @type {Recipe[]}
 */
export const recipes = [
  debian,
  {
    name: "caddy",
    repository: `library/caddy:${caddyVersion}`,
    from: busybox,
    args: { CADDY_VERSION: caddyVersion },
    go: {
      module: "github.com/caddyserver/caddy/v2",
      version: `v${caddyVersion}`,
      command: "cmd/caddy",
      versionVariable: "github.com/caddyserver/caddy/v2.CustomVersion",
      folder: "usr/bin",
      capability: "cap_net_bind_service=+ep",
    },
  },
  busybox,
  { name: "python", repository: "library/python:3.11-slim-bookworm", from: debian, args: {} },
  {
    name: "node",
    repository: "library/node:20-bookworm-slim",
    from: debian,
    args: { NODE_VERSION: nodeVersion },
    npm: { node: `node-linux-${process.arch}` },
  },
  {
    name: "versitygw",
    repository: "versity/versitygw:v1.8.0",
    from: busybox,
    args: {},
    go: {
      module: "github.com/versity/versitygw",
      version: "v1.8.0",
      command: "cmd/versitygw",
      versionVariable: "main.Version",
      folder: "usr/local/bin",
      moduleFiles: ["docker-entrypoint.sh"],
    },
  },
  { name: "postgres", repository: "library/postgres:15", from: debian, args: {} },
  { name: "redis", repository: "library/redis:7", from: debian, args: {} },
  {
    name: "restic",
    repository: `restic/restic:${resticVersion}`,
    from: busybox,
    args: {},
    seldom: true,
    go: {
      module: "github.com/restic/restic",
      version: `v${resticVersion}`,
      command: "cmd/restic",
      versionVariable: "main.version",
      folder: "usr/bin",
    },
  },
];

/** The name that the engine knows the image by. @param {Recipe} recipe */
export function reference(recipe, prefix = defaultPrefix) {
  return `${prefix}/${recipe.repository}`;
}
