/** Everything that the sample application makes in `local`, each in its component. */
export const tree = `
notes-local towpath:index:Environment
  notes-local towpath:data:BackingServices
    notes-local-access-key-id towpath:secrets:Secret
      notes-local-access-key-id-value random:index/randomPassword:RandomPassword
    notes-local-object-storage towpath:data:ObjectStorage
      notes-local-object-storage towpath:data:DataContainer
        notes-local-object-storage-container docker:index/container:Container
        notes-local-object-storage-gate towpath:release:HealthGate
          notes-local-object-storage-gate-poll command:local:Command
        notes-local-object-storage-volume docker:index/volume:Volume
      notes-local-object-storage-buckets command:local:Command
    notes-local-postgres towpath:data:Postgres
      notes-local-postgres towpath:data:DataContainer
        notes-local-postgres-container docker:index/container:Container
        notes-local-postgres-gate towpath:release:HealthGate
          notes-local-postgres-gate-poll command:local:Command
        notes-local-postgres-volume docker:index/volume:Volume
      notes-local-postgres-owner command:local:Command
    notes-local-postgres-owner-password towpath:secrets:Secret
      notes-local-postgres-owner-password-value random:index/randomPassword:RandomPassword
    notes-local-postgres-password towpath:secrets:Secret
      notes-local-postgres-password-value random:index/randomPassword:RandomPassword
    notes-local-redis towpath:data:Redis
      notes-local-redis towpath:data:DataContainer
        notes-local-redis-container docker:index/container:Container
        notes-local-redis-gate towpath:release:HealthGate
          notes-local-redis-gate-poll command:local:Command
        notes-local-redis-volume docker:index/volume:Volume
    notes-local-redis-password towpath:secrets:Secret
      notes-local-redis-password-value random:index/randomPassword:RandomPassword
    notes-local-secret-access-key towpath:secrets:Secret
      notes-local-secret-access-key-value random:index/randomPassword:RandomPassword
  notes-local-api-image towpath:image:BuiltImage
    notes-local-api-image-build docker:index/image:Image
    notes-local-api-image-latest docker:index/remoteImage:RemoteImage
    notes-local-api-image-release docker:index/remoteImage:RemoteImage
    notes-local-api-image-tag docker:index/tag:Tag
  notes-local-gateway towpath:gateway:Gateway
    notes-local-gateway-container docker:index/container:Container
    notes-local-gateway-gate towpath:release:HealthGate
      notes-local-gateway-gate-poll command:local:Command
    notes-local-gateway-sites docker:index/volume:Volume
  notes-local-host towpath:host:DockerHost
    notes-local-host-engine pulumi:providers:docker
    notes-local-host-network docker:index/network:Network
  notes-local-release towpath:release:Release
    notes-local-api towpath:release:Workload
      notes-local-api docker:index/container:Container
    notes-local-release-api-gate towpath:release:HealthGate
      notes-local-release-api-gate-poll command:local:Command
    notes-local-release-migration towpath:release:Migration
      notes-local-release-migration-run command:local:Command
    notes-local-release-route towpath:release:Route
      notes-local-release-route-switch command:local:Command
    notes-local-release-web-gate towpath:release:HealthGate
      notes-local-release-web-gate-poll command:local:Command
    notes-local-release-worker-gate towpath:release:HealthGate
      notes-local-release-worker-gate-poll command:local:Command
    notes-local-web towpath:release:Workload
      notes-local-web docker:index/container:Container
    notes-local-worker towpath:release:Workload
      notes-local-worker docker:index/container:Container
  notes-local-secret-JWT_SECRET towpath:secrets:Secret
    notes-local-secret-JWT_SECRET-value random:index/randomPassword:RandomPassword
  notes-local-web-image towpath:image:BuiltImage
    notes-local-web-image-build docker:index/image:Image
    notes-local-web-image-latest docker:index/remoteImage:RemoteImage
    notes-local-web-image-release docker:index/remoteImage:RemoteImage
    notes-local-web-image-tag docker:index/tag:Tag
`.trim();

/** The order of a release in the design, as each resource's waits. Everything else waits for nothing. */
export const order: Record<string, string[]> = {
  "notes-local-gateway-container": ["notes-local-gateway-sites", "notes-local-host-network"],
  // 001-203: a gateway that does not answer is found here, not at the switch.
  "notes-local-gateway-gate-poll": ["notes-local-gateway-container"],

  "notes-local-api-image-tag": ["notes-local-api-image-build"],
  "notes-local-api-image-latest": ["notes-local-api-image-build"],
  "notes-local-api-image-release": ["notes-local-api-image-latest", "notes-local-api-image-tag"],
  "notes-local-web-image-tag": ["notes-local-web-image-build"],
  "notes-local-web-image-latest": ["notes-local-web-image-build"],
  "notes-local-web-image-release": ["notes-local-web-image-latest", "notes-local-web-image-tag"],

  "notes-local-postgres-container": [
    "notes-local-host-network",
    "notes-local-postgres-password-value",
    "notes-local-postgres-volume",
  ],
  "notes-local-postgres-gate-poll": ["notes-local-postgres-container"],
  "notes-local-postgres-owner": [
    "notes-local-postgres-gate-poll",
    "notes-local-postgres-owner-password-value",
  ],
  "notes-local-redis-container": [
    "notes-local-host-network",
    "notes-local-redis-password-value",
    "notes-local-redis-volume",
  ],
  "notes-local-redis-gate-poll": ["notes-local-redis-container"],
  "notes-local-object-storage-container": [
    "notes-local-access-key-id-value",
    "notes-local-host-network",
    "notes-local-object-storage-volume",
    "notes-local-secret-access-key-value",
  ],
  "notes-local-object-storage-gate-poll": ["notes-local-object-storage-container"],
  "notes-local-object-storage-buckets": ["notes-local-object-storage-gate-poll"],

  "notes-local-release-migration-run": [
    "notes-local-api-image-release",
    "notes-local-object-storage-buckets",
    "notes-local-postgres-owner",
    "notes-local-redis-gate-poll",
    "notes-local-secret-JWT_SECRET-value",
  ],
  "notes-local-api": ["notes-local-release-migration-run"],
  "notes-local-worker": ["notes-local-release-migration-run"],
  "notes-local-web": ["notes-local-release-migration-run", "notes-local-web-image-release"],
  "notes-local-release-api-gate-poll": ["notes-local-api", "notes-local-gateway-gate-poll"],
  "notes-local-release-worker-gate-poll": ["notes-local-worker"],
  "notes-local-release-web-gate-poll": ["notes-local-gateway-gate-poll", "notes-local-web"],
  "notes-local-release-route-switch": [
    "notes-local-release-api-gate-poll",
    "notes-local-release-web-gate-poll",
    "notes-local-release-worker-gate-poll",
  ],
};
