import { inParts, unsaid, without, type KeyRule, type KeyRules } from "./keys.ts";
import { taken } from "./report.ts";
import { fieldOf, textOf } from "./value.ts";

const limits = unsaid(
  "locally nothing limits it; elsewhere towpath:limits holds for every copy",
  "set towpath:limits.services of staging and production",
);

const replicas = unsaid(
  "one copy runs, unless settings say more",
  "set towpath:copies of staging and production",
);

const host = "it would reach into the host, which no service may";
const hostTodo = "do without it, or run it beside Towpath";

/** Compose's own default is that of Swarm, which nobody chose: only what is written counts. */
const updateConfig: KeyRule = (given) =>
  textOf(fieldOf(given.value, "order")) === "stop-first"
    ? { rows: [taken(given, 'rollout: "stop-first"')], fields: { rollout: "stop-first" } }
    : without("a release starts new copies beside the old ones")(given);

/** The keys that mean the same for every service, whatever it is. */
export const plainKeys: KeyRules = {
  restart: without("copies are started again until a release replaces them"),
  container_name: without("copies of a release stand side by side, and have names of their own"),
  hostname: without("a copy's host name is its container's"),
  domainname: without("a copy's host name is its container's"),
  logging: without("npx towpath logs reads what the engine keeps"),
  labels: without("Towpath labels what it makes, and its gateway reads none"),
  label_file: without("Towpath labels what it makes, and its gateway reads none"),
  annotations: without("Towpath labels what it makes"),
  expose: without("it only says what the image listens on"),
  networks: without("an environment has one network, that no other reaches"),
  network_mode: unsaid(
    "an environment has one network, that no other reaches",
    "let it reach others by their names, and users by the gateway",
  ),
  mac_address: without("an environment has a network of its own"),
  stdin_open: without("npx towpath shell opens a terminal"),
  tty: without("npx towpath shell opens a terminal"),
  attach: without("npx towpath logs shows what it prints"),
  pull_policy: without("images are built here, and published by digest"),
  platform: unsaid(
    "images are built for the machine that builds them",
    "build where hosts have that processor",
  ),
  develop: unsaid("a source is mounted where its image says so", "add images.<name>.dev: docs/reload.md"),
  scale: replicas,
  mem_limit: limits,
  mem_reservation: limits,
  memswap_limit: limits,
  mem_swappiness: limits,
  cpus: limits,
  cpu_count: limits,
  cpu_percent: limits,
  cpu_shares: limits,
  cpu_period: limits,
  cpu_quota: limits,
  cpu_rt_period: limits,
  cpu_rt_runtime: limits,
  cpuset: limits,
  pids_limit: limits,
  blkio_config: limits,
  oom_kill_disable: without("a copy that has no memory left is ended, and started again"),
  oom_score_adj: without("a copy that has no memory left is ended, and started again"),
  stop_grace_period: unsaid(
    "an old copy has towpath:drainSeconds to finish, 10 where nothing says more",
    "set towpath:drainSeconds",
  ),
  deploy: inParts(
    {
      replicas,
      resources: limits,
      mode: without("copies are counted by towpath:copies"),
      labels: without("Towpath labels what it makes"),
      restart_policy: without("copies are started again until a release replaces them"),
      update_config: updateConfig,
      rollback_config: without("a release that fails changes nothing for users"),
      endpoint_mode: without("requests come by the gateway"),
      placement: unsaid("services run on the hosts of the settings", "say them in towpath:hosts"),
    },
    unsaid("it is no key that Towpath knows", "look whether it matters"),
  ),
  dns: unsaid("names are those of the engine and the environment", "set them for the host's engine"),
  dns_opt: unsaid("names are those of the engine and the environment", "set them for the host's engine"),
  dns_search: unsaid("names are those of the engine and the environment", "set them for the host's engine"),
  privileged: unsaid(host, hostTodo),
  devices: unsaid(host, hostTodo),
  device_cgroup_rules: unsaid(host, hostTodo),
  gpus: unsaid(host, hostTodo),
  pid: unsaid(host, hostTodo),
  ipc: unsaid(host, hostTodo),
  uts: unsaid(host, hostTodo),
  cgroup: unsaid(host, hostTodo),
  cgroup_parent: unsaid(host, hostTodo),
  userns_mode: unsaid(host, hostTodo),
  use_api_socket: unsaid(host, hostTodo),
  group_add: unsaid("it runs with the groups of its user", "give the user that group in the image"),
  security_opt: without("copies gain no rights on hosts, and keep the engine's own profiles"),
  sysctls: unsaid("the kernel's settings are those of the host", "set them there, or do without"),
  storage_opt: unsaid("the disk is the host's", "do without it"),
  runtime: unsaid("the engine's own runtime runs it", "build an image that this runs"),
  isolation: unsaid("the engine's own runtime runs it", "do without it"),
  credential_spec: unsaid("it is for Windows", "do without it"),
  configs: unsaid(
    "a file beside the image is none of a service's",
    "copy it into the image, or make it a secret",
  ),
  volumes_from: unsaid(
    "what another service's volumes hold is not there",
    "copy it into the image, or keep it in a bucket",
  ),
  links: without("depends_on says what comes first"),
  external_links: unsaid(
    "an environment has a network that no other reaches",
    "say in a variable where the other one is",
  ),
  post_start: unsaid("nothing runs in a copy after its start", "let its entrypoint do it, or a job"),
  pre_stop: unsaid("nothing runs in a copy before its end", "let the program do it when it is asked to end"),
  provider: unsaid("it is made by a program of Compose's", "say in a variable where the other one is"),
  models: unsaid("it is made by a program of Compose's", "say in a variable where the other one is"),
  extends: without("what it extends is in here already"),
};

/** The rule of a key that nothing knows. */
export const unknownKey = unsaid(
  "Compose has no such key that Towpath knows",
  "look whether it is misspelled",
);
