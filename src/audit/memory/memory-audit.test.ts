import { auditConformance } from '../audit.conformance.ts';
import { memoryAudit } from './memory-audit.ts';

auditConformance('audit trail in memory', async () => memoryAudit());
