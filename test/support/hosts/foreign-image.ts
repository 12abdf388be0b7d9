import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { execa } from "execa";
import { pack } from "tar-stream";

/** Makes an image for another kind of processor on this machine's engine; returns its id. It goes with its last tag. */
export async function foreignImage(architecture: string): Promise<string> {
  const layer = await archive({ foreign: architecture });
  const layers = [`sha256:${createHash("sha256").update(layer).digest("hex")}`];
  const rootfs = { type: "layers", diff_ids: layers };
  const { stdout } = await execa("docker", ["load"], {
    input: await archive({
      "layer.tar": layer,
      "config.json": JSON.stringify({ architecture, os: "linux", config: {}, rootfs }),
      "manifest.json": JSON.stringify([{ Config: "config.json", Layers: ["layer.tar"] }]),
    }),
    timeout: 60_000,
  });
  const id = /sha256:[0-9a-f]{64}/.exec(stdout)?.[0];
  if (id === undefined) throw new Error(`docker load: ${stdout}`);
  return id;
}

function archive(files: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array> {
  const packed = pack();
  for (const [name, content] of Object.entries(files)) packed.entry({ name }, Buffer.from(content));
  packed.finalize();
  return buffer(packed);
}
