import { existsSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pluginFile, pulumiFolder, type Project } from "../../../cli/project.ts";
import { projectIn } from "./project-in.ts";

/**
 * A machine with programs called `docker` and `pulumi` that answer from files and note how they were called, and a
 * project on it. What it cannot prove, that the real ones answer so, the e2e tests do.
 */
export class FakeMachine {
  readonly root = mkdtempSync(join(tmpdir(), "towpath-machine-"));
  readonly project: Project;
  private readonly before = { ...process.env };

  constructor() {
    const versions = {
      pulumi: "3.0.0",
      "@pulumi/command": "1.0.0",
      "@pulumi/docker": "2.0.0",
      "@pulumi/github": "3.0.0",
      "@pulumi/random": "4.0.0",
    };
    this.write("Pulumi.local.yaml", "config:\n  towpath:namespace: notes-local\n");
    this.write("package.json", JSON.stringify({ dependencies: versions }));
    this.project = projectIn(this.root);
    for (const plugin of this.project.plugins) this.program(pluginFile(this.project.pulumiHome, plugin), "");
    this.program(join(pulumiFolder(this.project), "pulumi-language-nodejs"), "");
    this.program(join(pulumiFolder(this.project), "pulumi"), this.answering("pulumi"));
    this.program(join(this.root, "bin", "docker"), this.answering("docker"));
    this.docker("version", "24.0.0 1.43");
    this.docker("context", "unix:///var/run/docker.sock");
    for (const name of Object.keys(process.env))
      if (/^(PULUMI|DOCKER|TOWPATH)_/.test(name)) Reflect.deleteProperty(process.env, name);
    process.env.PATH = [join(this.root, "bin"), process.env.PATH].join(delimiter);
    // Set-up has nothing to provide then.
    process.env.TOWPATH_IMAGE_MIRROR = "mirror.example.com";
  }

  /** Plays what `docker <command>` prints, and how it ends. */
  docker(command: string, prints: string, code = 0): void {
    this.write(`answers/docker-${command}`, prints);
    this.write(`answers/docker-${command}.code`, String(code));
  }

  /** Plays what `pulumi <command>` prints on standard output, how it ends, and what it prints on standard error. */
  pulumi(command: string, events: readonly object[], code = 0, error = ""): void {
    this.write(`answers/pulumi-${command}`, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    this.write(`answers/pulumi-${command}.code`, String(code));
    this.write(`answers/pulumi-${command}.error`, error);
  }

  /** Sets a shell script that `pulumi <command>` runs in the project's folder before it answers. */
  pulumiDoes(command: string, script: string): void {
    this.write(`answers/pulumi-${command}.sh`, script);
  }

  /** Has the engine say that it is this machine's own, with so many kibibytes free on its disk. */
  diskWith(free: number): void {
    this.docker("info", JSON.stringify({ Name: hostname(), DockerRootDir: "/var/lib/docker" }));
    this.program(join(this.root, "bin", "df"), `printf 'heading\\nx 1 1 ${free} 1 /\\n'`);
  }

  /** The calls of the programs that do more than look. */
  get calls(): string[] {
    const looks = /^docker (version|info|context|ps|container inspect|network ls|volume ls|image ls)\b/;
    const file = join(this.root, "calls");
    if (!existsSync(file)) return [];
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((call) => call !== "" && !looks.test(call));
  }

  /** Plays a step's program: it notes its name, its host and its input, and then does this. */
  step(end: string): void {
    this.write(
      "steps/run.mjs",
      `import { writeFileSync } from "node:fs";
       import { text } from "node:stream/consumers";
       const input = JSON.parse(await text(process.stdin));
       writeFileSync("step.json", JSON.stringify({ program: process.argv[2], host: process.env.TOWPATH_HOST, input }));
       ${end}`,
    );
  }

  /** What the step's program noted; undefined where none ran. */
  get stepTold(): unknown {
    const file = join(this.root, "step.json");
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown) : undefined;
  }

  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(): void {
    for (const name of Object.keys(process.env))
      if (!(name in this.before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, this.before);
    rmSync(this.root, { recursive: true, force: true });
  }

  program(path: string, script: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  private answering(name: string): string {
    const answer = `${this.root}/answers/${name}-$1`;
    return [
      `echo "${name} $*" >> "${this.root}/calls"`,
      `[ -f "${answer}.sh" ] && . "${answer}.sh"`,
      `[ -f "${answer}.error" ] && cat "${answer}.error" >&2`,
      `[ -f "${answer}" ] && cat "${answer}"`,
      `[ -f "${answer}.code" ] && exit "$(cat "${answer}.code")"`,
      "exit 0",
    ].join("\n");
  }
}
