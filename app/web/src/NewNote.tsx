import { useRef, useState, type SubmitEvent } from "react";
import { attachFile, createNote } from "./api.ts";

interface NewNoteProps {
  onAdded: () => void;
}

/** The form that adds a note, with a file or without. */
export function NewNote({ onAdded }: NewNoteProps) {
  const form = useRef<HTMLFormElement>(null);
  const [fileName, setFileName] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function add(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const file = fields.get("file");
    setBusy(true);
    setProblem(undefined);
    try {
      const note = await createNote(String(fields.get("title")), String(fields.get("body")));
      if (file instanceof File && file.name !== "") await attachFile(note.id, file);
      form.current?.reset();
      setFileName(undefined);
    } catch (error) {
      setProblem(`Not saved completely: ${(error as Error).message}`);
    } finally {
      setBusy(false);
      onAdded();
    }
  }

  return (
    <form className="card new" ref={form} onSubmit={(event) => void add(event)}>
      <input name="title" placeholder="Title" aria-label="Title" required maxLength={200} />
      <textarea name="body" placeholder="What is worth remembering?" aria-label="Text" rows={3} />
      <div className="row">
        <label className="file">
          <input
            type="file"
            name="file"
            onChange={(event) => setFileName(event.currentTarget.files?.[0]?.name)}
          />
          <span>{fileName ?? "Attach a file"}</span>
        </label>
        <button type="submit" disabled={busy}>
          {busy ? "Adding…" : "Add note"}
        </button>
      </div>
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
