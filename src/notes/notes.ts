/**
 * PORT. What rooms keep between starts, as texts by name: learned parameters, refresh tokens (sealed), pauses that systems
 * asked for, the confirmed time, how long bodies are kept. A room that keeps several begins their names with its own,
 * `pauses/con_…`. Each write is durable when its promise resolves.
 */
export interface Notes {
  /** null: there is none. */
  load(name: string): Promise<string | null>;
  /** Those whose name begins with `prefix`, in the order of the names. */
  list(prefix: string): Promise<Note[]>;
  /** null removes the note. The old text is overwritten on disk, not only unlinked. */
  save(name: string, text: string | null): Promise<void>;
}

export type Note = { name: string; text: string };
