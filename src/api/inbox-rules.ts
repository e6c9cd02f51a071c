import { AppError } from '../contract/errors.ts';
import type { InboxRule } from '../contract/inbox.ts';
import type { Handlers } from './call.ts';

const rulesMax = 100;
const nameCharactersMax = 255;

/** What the next request to an inbox is answered with; null: nobody said anything. */
export type InboxAnswer = { status: number; body: string; delayMs: number };

/** How inboxes answer, by name; in memory, like the Inbox itself. `checkOpen` throws when the Inbox is off. */
export function inboxRules(checkOpen: () => void) {
  const rules = new Map<string, InboxRule>();

  const handlers: Handlers<'listInboxRules' | 'setInboxRule' | 'removeInboxRule'> = {
    listInboxRules() {
      checkOpen();
      return { data: [...rules.values()].sort((a, b) => (a.inbox < b.inbox ? -1 : 1)) };
    },
    setInboxRule({ params, body }) {
      checkOpen();
      const { name } = params;
      if (name.length > nameCharactersMax)
        throw new AppError('malformed_request', `The name of an inbox has at most ${nameCharactersMax} characters.`);
      const given = body();
      if (!rules.has(name) && rules.size >= rulesMax)
        throw new AppError('conflict', `There are ${rulesMax} rules already; remove one first.`);
      const rule = { ...given, inbox: name, failsLeft: given.failFirst };
      rules.set(name, rule);
      return rule;
    },
    removeInboxRule({ params }) {
      checkOpen();
      if (!rules.delete(params.name)) throw new AppError('not_found', `No rule is set for the inbox ${params.name}.`);
      return undefined;
    },
  };

  /** Counts a request to an inbox and says how it is answered. */
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
