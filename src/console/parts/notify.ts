import { told } from './problem.tsx';

/** A message in the corner. */
export type Note = { id: number; kind: 'done' | 'failed'; title?: string; message: string };

const shownMs = 6_000;
const atOnce = 4;
const listeners = new Set<() => void>();
let notes: readonly Note[] = [];
let last = 0;

/** Says that something is done, for a few seconds. */
export function notifyDone(message: string): void {
  const id = add({ kind: 'done', message });
  setTimeout(() => closeNote(id), shownMs);
}

/** Says that something failed, and stays until it is closed. */
export function notifyFailed(error: unknown): void {
  const { title, detail, requestId } = told(error);
  add({ kind: 'failed', title, message: requestId === null ? detail : `${detail} (${requestId})` });
}

export function closeNote(id: number): void {
  set(notes.filter((note) => note.id !== id));
}

/** What is shown now, oldest first. */
export const notesOf = (): readonly Note[] => notes;

export function watchNotes(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function add(note: Omit<Note, 'id'>): number {
  last += 1;
  set([...notes, { ...note, id: last }].slice(-atOnce));
  return last;
}

function set(next: readonly Note[]): void {
  notes = next;
  for (const listener of listeners) listener();
}
