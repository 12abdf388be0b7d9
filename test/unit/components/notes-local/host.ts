import { imageId } from "../plugins.ts";
import { labels } from "./words.ts";

/** The inputs of the host's and the gateway's resources. */
export const host = {
  "notes-local-host-engine": {},
  "notes-local-host-network": { name: "notes-local", driver: "bridge", labels: labels("network") },
  "notes-local-gateway-sites": { name: "notes-local-gateway-sites", labels: labels("gateway") },
  "notes-local-gateway-container": {
    name: "notes-local-gateway",
    image: "docker.io/library/caddy:2.11.9",
    ports: [{ internal: 8080, external: 8080, ip: "127.0.0.1" }],
    init: true,
    networksAdvanced: [{ name: "notes-local" }],
    volumes: [{ volumeName: "notes-local-gateway-sites", containerPath: "/etc/caddy/sites" }],
    uploads: [
      {
        file: "/etc/caddy/Caddyfile",
        content: "{\n\tauto_https off\n\tgrace_period 30s\n}\nimport /etc/caddy/sites/*.caddy\n",
        permissions: "0644",
      },
    ],
    restart: "unless-stopped",
    destroyGraceSeconds: 10,
    labels: labels("gateway"),
  },
};

/** The inputs of the images' resources. */
export const images = { ...imageOf("api"), ...imageOf("web") };

function imageOf(name: string): Record<string, Record<string, unknown>> {
  const id = imageId(`notes-local-${name}-image-build`);
  const release = `notes-local-${name}:${id.slice("sha256:".length, "sha256:".length + 12)}`;
  return {
    [`notes-local-${name}-image-build`]: {
      imageName: `notes-local-${name}:latest`,
      build: {
        context: `app/${name}`,
        dockerfile: `app/${name}/Dockerfile`,
        platform: process.arch === "arm64" ? "linux/arm64" : "linux/amd64",
        args: { BUILD_VERSION: "local", IMAGE_MIRROR: "docker.io" },
      },
      skipPush: true,
      buildOnPreview: true,
    },
    [`notes-local-${name}-image-tag`]: { sourceImage: id, targetImage: release },
    [`notes-local-${name}-image-latest`]: { name: `notes-local-${name}:latest` },
    [`notes-local-${name}-image-release`]: { name: release },
  };
}
