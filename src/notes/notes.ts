/**
 * PORT. What rooms keep between starts, as texts by name: learned parameters, refresh tokens (sealed), pauses that token
 * endpoints asked for, the messages of alerts, uses of former keys, the confirmed time, how long bodies are kept, when holds ended. A room that keeps
 * several begins their names with its own, `token_pauses/con_…`. Each write is durable when its promise resolves.
 */
export interface Notes {
  /** null: there is none. */
  load(name: string): Promise<string | null>;
  /** Those whose name begins with `prefix`, in the order of the names. */
  list(prefix: string): Promise<Note[]>;
  /** The last ones of these, the last first; those next to the name `before`, or to `after` on its other side. */
  page(prefix: string, page: { limit: number; before?: string; after?: string }): Promise<Note[]>;
  /**
   * Saves notes and removes those with the text null, all or none, in their order. An old text is overwritten on disk, not
   * only unlinked.
   */
  save(...changes: NoteChange[]): Promise<void>;
  /** Saves a note whose text is `before` (null: there is none). false: it has another text by now, which stays. */
  replace(name: string, before: string | null, text: string): Promise<boolean>;
  /** The same as `save` under the lease of a partition. false: a later owner has taken the partition, and nothing is saved. */
  saveUnder(lease: NoteLease, ...changes: NoteChange[]): Promise<boolean>;
}

/** A lease of the journal. */
export type NoteLease = { partition: number; owner: string; epoch: number };

export type Note = { name: string; text: string };
export type NoteChange = { name: string; text: string | null };
