import { memoryAudit } from '../../audit/memory/memory-audit.ts';
import { issuesConformance } from '../issues.conformance.ts';
import { memoryIssues } from './memory-issues.ts';

issuesConformance('memory issues', async () => {
  const audit = memoryAudit();
  return { ...memoryIssues(audit), audit };
});
