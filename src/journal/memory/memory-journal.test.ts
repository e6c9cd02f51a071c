import { memoryAudit } from '../../audit/memory/memory-audit.ts';
import { journalConformance } from '../journal.conformance.ts';
import { memoryJournal } from './memory-journal.ts';

journalConformance('memory journal', async () => {
  const audit = memoryAudit();
  return { ...memoryJournal(audit), audit };
});
