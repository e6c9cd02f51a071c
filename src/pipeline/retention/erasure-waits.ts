import { AppError } from '../../contract/errors.ts';
import type { ErasureWait } from '../../journal/journal.ts';
import type { Notes } from '../../notes/notes.ts';

const prefix = 'erasure_wait/';

/** Why an erasure does not go on, as people read it. */
const sentences: Readonly<Record<ErasureWait | 'nodes', string>> = {
  events: 'Waits for events from before it that are not matched yet, or whose deliveries are in flight.',
  tests: 'Waits for test deliveries in flight.',
  commands: 'Waits until what nodes asked of each other before is ten minutes old.',
  readers: 'Waits for a reader of the database, such as a backup, that can still see erased data.',
  nodes: 'Waits until all nodes have removed the text from their memory.',
};

/** What erasures wait for, in notes that each node reads. The node that runs them is the only one that writes. */
export function erasureWaits(notes: Pick<Notes, 'list' | 'save'>) {
  const reported = new Map<string, string | null>();

  /** Does not reject: without its storage an erasure does not go on either. */
  async function tell(id: string, sentence: string | null): Promise<void> {
    if (reported.get(id) === sentence) return;
    await notes.save({ name: prefix + id, text: sentence }).then(
      () => reported.set(id, sentence),
      () => {},
    );
  }

  return {
    /** null: it goes on. */
    waits: (id: string, what: keyof typeof sentences | null) => tell(id, what === null ? null : sentences[what]),
    /** Only what AppError says to callers: another message may quote data. */
    failed: (id: string, error: unknown) =>
      tell(
        id,
        `Its last step failed and is tried again: ${error instanceof AppError ? error.message : 'see the log of the server.'}`,
      ),
    /** By the id of the erasure. */
    list: async (): Promise<ReadonlyMap<string, string>> =>
      new Map((await notes.list(prefix)).map(({ name, text }) => [name.slice(prefix.length), text])),
  };
}
