import { memoryAudit } from '../../audit/memory/memory-audit.ts';
import { catalogConformance } from '../catalog.conformance.ts';
import { memoryCatalog } from './memory-catalog.ts';

catalogConformance('memory catalogue', async () => {
  const audit = memoryAudit();
  return { ...memoryCatalog(audit), audit };
});
