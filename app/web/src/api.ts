/** The API, as this page uses it. */

export interface Attachment {
  file_name: string;
  content_type: string;
}

export interface Result {
  state: "pending" | "done" | "failed";
  word_count: number | null;
  attachment_size: number | null;
  attachment_sha256: string | null;
  error: string | null;
}

export interface Note {
  id: number;
  title: string;
  body: string;
  created_at: string;
  attachment: Attachment | null;
  result: Result | null;
}

export interface Version {
  version: string;
  commit: string;
  environment: string;
  release: string;
}

/** An answer that is not a success; the message is the API's own where it gave one. */
export class ApiError extends Error {}

export function listNotes(): Promise<Note[]> {
  return ask("GET", "/api/notes");
}

export function createNote(title: string, body: string): Promise<Note> {
  return ask("POST", "/api/notes", { title, body });
}

export function attachFile(note: number, file: File): Promise<Note> {
  const form = new FormData();
  form.append("file", file);
  return ask("POST", `/api/notes/${note}/attachment`, form);
}

export async function deleteNote(note: number): Promise<void> {
  await send("DELETE", `/api/notes/${note}`);
}

export function getVersion(): Promise<Version> {
  return ask("GET", "/api/version");
}

export function attachmentAddress(note: number): string {
  return `/api/notes/${note}/attachment`;
}

async function ask<Answer>(method: string, path: string, body?: FormData | object): Promise<Answer> {
  const response = await send(method, path, body);
  return (await response.json()) as Answer;
}

async function send(method: string, path: string, body?: FormData | object): Promise<Response> {
  const request: RequestInit = { method };
  if (body instanceof FormData) {
    request.body = body;
  } else if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { "Content-Type": "application/json" };
  }
  const response = await fetch(path, request);
  if (!response.ok) throw new ApiError(await reason(response));
  return response;
}

async function reason(response: Response): Promise<string> {
  try {
    const answer = (await response.json()) as { detail?: unknown };
    if (typeof answer.detail === "string") return answer.detail;
  } catch {
    // not the API's own answer: a gateway's page, perhaps
  }
  return `the server answered ${response.status}`;
}
