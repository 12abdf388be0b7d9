/** Good configuration of every environment, as it stands in `Pulumi.<stack>.yaml`; each uses every field. */

export const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE1vcmVUaGFuRW5vdWdoTGV0dGVyc0ZvckFLZXkx";

const machine = { address: "app1.example.com", user: "deploy", hostKey };
const registry = {
  address: "ghcr.io",
  repository: "octocat/notes",
  login: { user: "octocat", password: { source: "environment", variable: "REGISTRY_TOKEN" } },
};

export const local = {
  environment: "local",
  namespace: "notes-local",
  imageMirror: "cache.example.com/hub",
  buildArgs: { web: { VITE_API_BASE: "http://localhost:8000" } },
  secrets: { JWT_SECRET: { source: "environment" } },
};

export const ci = {
  environment: "ci",
  namespace: "notes-ci",
  reuse: "local",
  registries: [registry],
  buildCache: "registry",
  buildArgs: { web: { VITE_API_BASE: "/api" } },
};

export const preview = {
  environment: "preview",
  namespace: "notes-pr-12",
  previewName: "pr-12",
  previewDomain: "preview.example.com",
  gateway: "host-previews",
  host: machine,
  registry,
  commit: "0123456789abcdef0123456789abcdef01234567",
  addressSecret: { source: "environment", variable: "PREVIEW_ADDRESS_SECRET" },
  password: { source: "generated" },
  github: { repository: "octocat/notes", token: { source: "environment", variable: "PREVIEW_TOKEN" } },
  data: { kind: "seed", service: "api", command: ["python", "-m", "notes.seed"] },
  triggers: { labels: ["app"], paths: ["app/**"], drafts: false, forkLabel: "released" },
  checks: {
    commands: { "end-to-end": { command: "npx playwright test", timeoutSeconds: 900 } },
    pages: [{ path: "/", width: 390 }],
  },
  fork: false,
};

const released = {
  hosts: {
    app1: {
      ...machine,
      port: 2222,
      key: { source: "configuration", name: "SSH_KEY" },
      jumpHost: { ...machine, address: "10.0.0.1" },
    },
  },
  registry,
  limits: { memory: "512MiB", cpus: 1, pids: 256 },
  copies: { api: 2 },
  canary: { weight: 10 },
  gateway: "host-app1",
  freeze: { until: "2026-01-02", reason: "holidays" },
  vault: {
    address: "https://vault.example.com:8200",
    login: {
      method: "appRole",
      roleId: "notes",
      secretId: { source: "configuration", name: "VAULT_SECRET_ID" },
    },
  },
  secrets: { JWT_SECRET: { source: "vault", path: "secret/notes", rotate: { every: "90d", overlap: true } } },
};

const github = {
  repository: "octocat/notes",
  reviewers: { users: ["octocat"], teams: ["release-team"] },
  waitMinutes: 5,
  token: { source: "environment", variable: "ADMIN_TOKEN" },
  tailscale: { clientId: "kA1", clientSecret: { source: "configuration", name: "TS_OAUTH_SECRET" } },
};

export const repository = {
  environment: "repository",
  namespace: "notes-repository",
  repository: "octocat/notes",
  token: { source: "configuration", name: "GITHUB" },
  rules: { requiredChecks: ["ci"], approvals: 2, linearHistory: false, releaseTags: ["v*"] },
  labels: { bug: { color: "d73a4a", description: "it does not work" } },
  variables: { REGION: "north" },
  preview: {
    reviewers: { users: ["octocat"] },
    branches: ["main"],
    secrets: { SSH_KEY: { source: "environment", variable: "SSH_KEY" } },
  },
  security: { dependabotAlerts: true, secretScanning: true, pushProtection: true },
};

export const host = {
  environment: "host",
  namespace: "notes-host-app1",
  host: machine,
  room: { memory: "4GiB", previews: 6, whenFull: "wait", sleepAfter: "30m" },
  wildcard: {
    certificates: "given",
    domain: "preview.example.com",
    certificate: { source: "environment", variable: "WILDCARD_CERTIFICATE" },
    key: { source: "configuration", name: "WILDCARD_KEY" },
  },
  template: { version: 15, mask: "mask.sql", personal: ["users.email", "audit.events.address"] },
};

export const staging = {
  ...released,
  environment: "staging",
  namespace: "notes-staging",
  domain: "staging.example.com",
  github,
};

export const production = {
  ...released,
  environment: "production",
  namespace: "notes-production",
  domain: "notes.example.com",
  promoteFrom: "staging",
  promoteBranches: ["main", "release/*"],
  allowUnproven: { reason: "the staging host is gone" },
  requireEndToEnd: true,
  approval: { required: 1, signers: { alice: hostKey } },
  approvals: [
    {
      by: "alice",
      release: "0123456789ab",
      signature: "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n",
    },
  ],
  backup: { schedule: "0 3 * * *", retention: "30d" },
  migration: { acknowledge: "a1b2c3" },
  github,
};
