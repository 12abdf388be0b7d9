/** Sequences that move a terminal's cursor, colour its text, name its window or put something into its clipboard. */
const sequences =
  // eslint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** Characters that harm terminals or XML: control characters but for tab and line feed, and halves of characters. */
// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu;

/**
 * Returns another program's output for people's eyes and GitHub's runner: its lines without control sequences, and
 * without what the runner would take for a command (`::add-mask::…`, `##[error]…`). A carriage return begins a line.
 */
export function printable(text: string): string {
  return text
    .replace(sequences, "")
    .replace(/\r\n?/g, "\n")
    .replace(control, "")
    .replace(/^(\s*):(?=:)/gm, "$1: ")
    .replace(/##(?=\[)/g, "# #");
}
