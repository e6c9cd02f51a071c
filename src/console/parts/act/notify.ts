import { ClientError } from '../../../client/client.ts';
import type { User } from '../../../contract/errors.ts';
import { told } from './problem.tsx';

/** A message in the corner. */
type Note = {
  id: number;
  kind: 'done' | 'failed';
  title?: string;
  message: string;
  /** What uses a thing that can't be deleted: shown in place of the message. */
  users?: readonly User[] | undefined;
  /** What can still be done about it, such as Undo or Restore. */
  action?: { label: string; run: () => void } | undefined;
};

const shownMs = 6_000;
const withActionMs = 10_000;
const atOnce = 4;
const listeners = new Set<() => void>();
let notes: readonly Note[] = [];
let last = 0;
let isHeld = false;

/** Shows a message for a few seconds, with an action for ten; pointing at the messages keeps them. */
export function notifyDone(message: string, more: Pick<Note, 'action'> = {}): void {
  const id = add({ kind: 'done', message, ...more });
  closeLater(id, more.action === undefined ? shownMs : withActionMs);
}

/** Says what could be done next, and stays until that is done or it is closed. */
export function notifyOffer(message: string, action: NonNullable<Note['action']>): void {
  add({ kind: 'done', message, action });
}

/** Says that something failed, and stays until it is closed. */
export function notifyFailed(error: unknown): void {
  const { title, detail, requestId } = told(error);
  const message = requestId === null ? detail : `${detail} (${requestId})`;
  const isInUse = error instanceof ClientError && error.code === 'in_use';
  add({ kind: 'failed', title, message, users: isInUse ? (error.problem['users'] as User[]) : undefined }); // as `inUse` gives them
}

export function closeNote(id: number): void {
  set(notes.filter((note) => note.id !== id));
}

/** Takes a message's action; the message goes. */
export function takeAction(note: Note): void {
  closeNote(note.id);
  note.action?.run();
}

/** While the pointer or the focus is in the messages, none disappears automatically (WCAG 2.2.1). */
export function holdNotes(held: boolean): void {
  isHeld = held;
}

/** What is shown now, oldest first. */
export const notesOf = (): readonly Note[] => notes;

export function watchNotes(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function closeLater(id: number, ms: number): void {
  setTimeout(() => (isHeld ? closeLater(id, 1_000) : closeNote(id)), ms);
}

function add(note: Omit<Note, 'id'>): number {
  last += 1;
  set([...notes, { ...note, id: last }].slice(-atOnce));
  return last;
}

function set(next: readonly Note[]): void {
  notes = next;
  // Nothing left to leave: the corner has no messages that could be pointed at.
  if (notes.length === 0) isHeld = false;
  for (const listener of listeners) listener();
}
