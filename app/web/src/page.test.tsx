import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, createNote, listNotes, type Note } from "./api.ts";
import { ago, release, size, words } from "./format.ts";
import { NoteCard } from "./NoteCard.tsx";

const note: Note = {
  id: 7,
  title: "Locks",
  body: "<b>two</b> words",
  created_at: "2026-01-01T10:00:00Z",
  attachment: { file_name: "map.png", content_type: "image/png" },
  result: {
    state: "done",
    word_count: 2,
    attachment_size: 1500,
    attachment_sha256: "ab".repeat(32),
    error: null,
  },
};

function render(changes: Partial<Note>): string {
  const now = Date.parse(note.created_at) + 120_000;
  return renderToStaticMarkup(
    <NoteCard note={{ ...note, ...changes }} now={now} onDelete={() => undefined} />,
  );
}

describe("a note", () => {
  it("shows the worker's result and the attachment", () => {
    const page = render({});
    for (const part of ["2 words", "1.5 kB", "abababababab", "/api/notes/7/attachment", "2 min ago"]) {
      expect(page).toContain(part);
    }
  });

  it("shows markup as text", () => {
    expect(render({})).toContain("&lt;b&gt;two&lt;/b&gt;");
  });

  it("says that the worker is on it, also when an older release wrote no result", () => {
    expect(render({ result: null })).toContain("the worker is on it");
  });

  it("says why the worker failed", () => {
    const result = {
      state: "failed" as const,
      word_count: null,
      attachment_size: null,
      attachment_sha256: null,
    };
    expect(render({ result: { ...result, error: "the attachment is gone" } })).toContain(
      "the attachment is gone",
    );
  });
});

describe("format", () => {
  it("writes sizes", () => {
    expect([0, 1, 999, 1000, 999_949, 999_950, 2_500_000].map(size)).toEqual([
      "0 bytes",
      "1 byte",
      "999 bytes",
      "1.0 kB",
      "999.9 kB",
      "1.0 MB",
      "2.5 MB",
    ]);
  });

  it("writes counts and ages", () => {
    expect([words(1), words(0)]).toEqual(["1 word", "0 words"]);
    const start = Date.parse(note.created_at);
    expect([-5, 59, 60, 7200].map((seconds) => ago(note.created_at, start + seconds * 1000))).toEqual([
      "just now",
      "just now",
      "1 min ago",
      "2 h ago",
    ]);
  });

  it("writes the version", () => {
    const version = { version: "1.4.0", commit: "8116599abc", environment: "staging", release: "r7" };
    expect(release(version)).toBe("Notes 1.4.0 (8116599) · staging · release r7");
    expect(release({ ...version, commit: "" })).toBe("Notes 1.4.0 · staging · release r7");
  });
});

describe("the API", () => {
  afterEach(() => void vi.unstubAllGlobals());

  function answer(body: string, status: number) {
    const fetched = vi.fn((_path: string, _request: RequestInit) =>
      Promise.resolve(new Response(body, { status })),
    );
    vi.stubGlobal("fetch", fetched);
    return fetched;
  }

  it("sends a note as JSON", async () => {
    const fetched = answer(JSON.stringify(note), 201);
    expect(await createNote("Locks", "text")).toEqual(note);
    expect(fetched.mock.calls[0]?.[0]).toBe("/api/notes");
    expect(fetched.mock.calls[0]?.[1].body).toBe('{"title":"Locks","body":"text"}');
  });

  it("passes on the API's reason, and says the status of any other answer", async () => {
    answer('{"detail":"there is no note 7"}', 404);
    await expect(listNotes()).rejects.toEqual(new ApiError("there is no note 7"));
    answer("<html>", 502);
    await expect(listNotes()).rejects.toEqual(new ApiError("the server answered 502"));
  });
});
