import type { RuleFaults } from '../pipeline/rule-faults.ts';
import type { Configuration } from '../pipeline/snapshot/snapshot.ts';
import { finding, namesIn } from './finding.ts';
import type { IssueRegistry } from './issue-registry.ts';
import type { Thresholds } from './thresholds.ts';

/** Detects events without the deliveries of an action whose rules threw an error: one issue for each action. */
export function detectRuleErrors(options: {
  configuration: Configuration;
  registry: IssueRegistry;
  limits: Thresholds;
}) {
  const { configuration, registry, limits } = options;
  const names = namesIn(configuration);
  return {
    threw({ actionId, destinationId, error, events, eventId }: RuleFaults) {
      const subject = actionId === null ? '' : names.action(actionId);
      const found = finding({
        fingerprint: `rule_error ${actionId ?? ''}`,
        kind: 'rule_error',
        severity: 'critical',
        title: actionId === null ? 'Rules can’t be evaluated' : `The rules of ${subject} can’t be evaluated`,
        detail: `Events have no deliveries of it: ${error.message}, last for event ${eventId}.`,
        likelyFix: 'Explain the event and change the condition that fails, then replay the events.',
        cause: { code: 'rule_error', values: { subject, error: error.message, event: eventId } },
        actionId,
        destinationId,
      });
      registry.see(found, { times: events, samples: [], actionIds: actionId === null ? [] : [actionId] });
    },
    resolveQuiet: () =>
      registry.resolveQuiet('rule_error', limits.ruleErrors.quietMs, 'There was no such event for a day.'),
  };
}
