import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request } from "./request.ts";
import { until } from "./until.ts";

/** A note as the sample application's API answers it. */
interface Note {
  readonly id: number;
  readonly title: string;
  readonly body: string;
  readonly attachment: { readonly file_name: string } | null;
  readonly result: {
    readonly state: string;
    readonly word_count: number | null;
    readonly attachment_size: number | null;
    readonly attachment_sha256: string | null;
  } | null;
}

const attachment = "what the worker reads out of the bucket\n";

/** Creates a note with an attachment through the gateway, as the front end does, and waits for the worker's result. */
export async function writeNote(url: string, title: string): Promise<number> {
  const created = await ask(`${url}/api/notes`, 201, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title, body: "three short words" }),
  });
  const { id } = (await created.json()) as Note;
  const form = new FormData();
  form.set("file", new Blob([attachment], { type: "text/plain" }), "read me.txt");
  await ask(`${url}/api/notes/${id}/attachment`, 201, { method: "POST", body: form });
  await until("the worker's result", 60, async () => {
    const note = await readNote(url, id);
    return note.result?.state === "done" && note.result.attachment_size !== null ? note : undefined;
  });
  await checkNote(url, id, title);
  return id;
}

/**
 * Creates a note and returns the number of words that the worker found in it, within `seconds`.
 *
 * The note of a worker that is killed is taken up again later, by the next one or when it is overdue after 30 s: while
 * workers come and go, the next note is counted sooner.
 */
export async function countWords(url: string, body: string, seconds = 60): Promise<number | null> {
  const created = await ask(`${url}/api/notes`, 201, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "counted", body }),
  });
  const { id } = (await created.json()) as Note;
  return until("the worker's count", seconds, async () => {
    const { result } = await readNote(url, id);
    return result?.state === "done" ? result.word_count : undefined;
  });
}

/** Fails unless the note, its attachment and the worker's result are there, as `writeNote` made them. */
export async function checkNote(url: string, id: number, title: string): Promise<void> {
  const note = await readNote(url, id);
  assert.deepEqual(
    { title: note.title, body: note.body, file: note.attachment?.file_name, result: resultOf(note) },
    {
      title,
      body: "three short words",
      file: "read me.txt",
      result: {
        state: "done",
        word_count: 3,
        attachment_size: attachment.length,
        attachment_sha256: createHash("sha256").update(attachment).digest("hex"),
      },
    },
  );
  const content = await ask(`${url}/api/notes/${id}/attachment`, 200);
  assert.equal(await content.text(), attachment);
}

/** Returns the answer of `/api/version`. */
export async function askVersion(url: string): Promise<Record<string, unknown>> {
  return (await (await ask(`${url}/api/version`, 200)).json()) as Record<string, unknown>;
}

async function readNote(url: string, id: number): Promise<Note> {
  return (await (await ask(`${url}/api/notes/${id}`, 200)).json()) as Note;
}

function resultOf({ result }: Note): Omit<NonNullable<Note["result"]>, never> | undefined {
  if (result === null) return undefined;
  const { state, word_count, attachment_size, attachment_sha256 } = result;
  return { state, word_count, attachment_size, attachment_sha256 };
}

async function ask(url: string, status: number, init: RequestInit = {}): Promise<Response> {
  const response = await request(url, init);
  if (response.status !== status) {
    assert.fail(`${url}: expected ${status}, got ${response.status} ${await response.text()}`);
  }
  return response;
}
