import { memoryAudit } from '../../audit/memory/memory-audit.ts';
import { accountsConformance } from '../accounts.conformance.ts';
import { memoryAccounts } from './memory-accounts.ts';

accountsConformance('memory accounts', async () => {
  const audit = memoryAudit();
  return { ...memoryAccounts(audit), audit };
});
