import { accountsConformance } from '../accounts.conformance.ts';
import { memoryAccounts } from './memory-accounts.ts';

accountsConformance('memory accounts', async () => memoryAccounts());
