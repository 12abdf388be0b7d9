import { attachmentAddress, type Note } from "./api.ts";
import { ago, size, words } from "./format.ts";

interface NoteCardProps {
  note: Note;
  now: number;
  onDelete: (note: Note) => void;
}

/** A note with what the worker found out about it. */
export function NoteCard({ note, now, onDelete }: NoteCardProps) {
  return (
    <li className="card note">
      <header>
        <h2>{note.title}</h2>
        <time dateTime={note.created_at}>{ago(note.created_at, now)}</time>
        <button
          className="quiet"
          type="button"
          aria-label={`Delete ${note.title}`}
          onClick={() => onDelete(note)}
        >
          Delete
        </button>
      </header>
      {note.body !== "" && <p className="body">{note.body}</p>}
      <footer>
        {note.attachment !== null && (
          <a href={attachmentAddress(note.id)} download={note.attachment.file_name}>
            {note.attachment.file_name}
          </a>
        )}
        <WorkerResult note={note} />
      </footer>
    </li>
  );
}

function WorkerResult({ note: { result } }: { note: Note }) {
  if (result === null || result.state === "pending") {
    return <span className="badge pending">the worker is on it</span>;
  }
  if (result.state === "failed") {
    return <span className="badge failed">{result.error ?? "the worker failed"}</span>;
  }
  return (
    <>
      {result.word_count !== null && <span className="badge">{words(result.word_count)}</span>}
      {result.attachment_size !== null && <span className="badge">{size(result.attachment_size)}</span>}
      {result.attachment_sha256 !== null && (
        <code title={`SHA-256 ${result.attachment_sha256}`}>{result.attachment_sha256.slice(0, 12)}</code>
      )}
    </>
  );
}
