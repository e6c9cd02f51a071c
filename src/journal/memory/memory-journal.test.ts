import { journalConformance } from '../journal.conformance.ts';
import { memoryJournal } from './memory-journal.ts';

journalConformance('memory journal', async () => memoryJournal());
