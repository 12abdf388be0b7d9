import { useCallback, useEffect, useState } from "react";
import { deleteNote, getVersion, listNotes, type Note, type Version } from "./api.ts";
import { release } from "./format.ts";
import { NewNote } from "./NewNote.tsx";
import { NoteCard } from "./NoteCard.tsx";

/** How soon to look again while the worker is busy, and while it is not. */
const BUSY_MILLISECONDS = 1000;
const IDLE_MILLISECONDS = 10_000;

export function App() {
  const [notes, setNotes] = useState<Note[]>();
  const [version, setVersion] = useState<Version>();
  const [problem, setProblem] = useState<string>();
  const [now, setNow] = useState(() => Date.now());

  const load = useCallback(async () => {
    try {
      setNotes(await listNotes());
      setProblem(undefined);
    } catch (error) {
      setProblem((error as Error).message);
    }
    setNow(Date.now());
  }, []);

  useEffect(() => {
    void load();
    void getVersion().then(setVersion, () => undefined);
  }, [load]);

  const waiting = notes?.some((note) => (note.result?.state ?? "pending") === "pending") ?? true;
  useEffect(() => {
    const timer = setInterval(() => void load(), waiting ? BUSY_MILLISECONDS : IDLE_MILLISECONDS);
    return () => clearInterval(timer);
  }, [load, waiting]);

  async function remove(note: Note) {
    try {
      await deleteNote(note.id);
    } catch (error) {
      setProblem((error as Error).message);
    }
    await load();
  }

  return (
    <>
      <header className="top">
        <h1>Notes</h1>
        {version !== undefined && (
          <span className={`environment ${version.environment}`}>{version.environment}</span>
        )}
      </header>
      <main>
        <NewNote onAdded={() => void load()} />
        {problem !== undefined && (
          <p className="card problem" role="alert">
            The notes cannot be loaded: {problem}
          </p>
        )}
        {notes?.length === 0 && <p className="empty">No notes yet. The first one is yours.</p>}
        <ul>
          {notes?.map((note) => (
            <NoteCard key={note.id} note={note} now={now} onDelete={(gone) => void remove(gone)} />
          ))}
        </ul>
      </main>
      <footer className="bottom">{version === undefined ? "Notes" : release(version)}</footer>
    </>
  );
}
