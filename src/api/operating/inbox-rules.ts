import { AppError } from '../../contract/errors.ts';
import { changesOf } from '../../contract/records/audit-changes.ts';
import type { InboxRule } from '../../contract/records/inbox.ts';
import type { Handlers } from '../call/call.ts';

const rulesMax = 100;
const nameCharactersMax = 255;

/** The response to the next request of an inbox; null: the default response. */
type InboxAnswer = { status: number; body: string; delayMs: number };

/**
 * The rules of inboxes, by name, in memory like the Inbox itself. `checkOpen` throws when the Inbox is off, `scrub`
 * hides secrets.
 */
export function inboxRules({ checkOpen, scrub }: { checkOpen(): void; scrub(text: string): string }) {
  const rules = new Map<string, InboxRule>();

  const handlers: Handlers<'listInboxRules' | 'setInboxRule' | 'removeInboxRule'> = {
    listInboxRules() {
      checkOpen();
      return { data: [...rules.values()].sort((a, b) => (a.inbox < b.inbox ? -1 : 1)) };
    },
    async setInboxRule({ params, body, record }) {
      checkOpen();
      const { name } = params;
      if (name.length > nameCharactersMax)
        throw new AppError(
          'malformed_request',
          `The name of an inbox must have at most ${nameCharactersMax} characters.`,
        );
      const given = body();
      if (!rules.has(name) && rules.size >= rulesMax)
        throw new AppError('conflict', `The limit of ${rulesMax} rules is reached. Remove one first.`);
      const rule = { ...given, inbox: name, failsLeft: given.failFirst };
      await record({ id: null, name, changes: changesOf(reported(rules.get(name)), reported(rule)) });
      rules.set(name, rule);
      return rule;
    },
    async removeInboxRule({ params: { name }, record }) {
      checkOpen();
      const rule = rules.get(name);
      if (rule === undefined) throw new AppError('not_found', `The inbox ${name} has no rule.`);
      await record({ id: null, name, changes: changesOf(reported(rule), undefined) });
      rules.delete(name);
      return undefined;
    },
  };

  /** A rule as the audit trail stores it. */
  function reported(rule: InboxRule | undefined) {
    if (rule === undefined) return undefined;
    const { inbox: _i, failsLeft: _f, body, ...rest } = rule;
    return { ...rest, body: scrub(body) };
  }

  /** Counts a request to an inbox and returns its response. */
  function answerOf(name: string): InboxAnswer | null {
    const rule = rules.get(name);
    if (rule === undefined) return null;
    const { status, body, delayMs, failsLeft } = rule;
    if (failsLeft === 0) return { status, body, delayMs };
    rules.set(name, { ...rule, failsLeft: failsLeft - 1 });
    return { status: 503, body: `This inbox fails the first ${rule.failFirst} requests.`, delayMs };
  }

  return { handlers, answerOf };
}
