import type { CallInput, RouteResponse } from '../../../client/client.ts';
import { inbox, terms } from '../../messages/en.ts';

const words = inbox.rules;

export type InboxRule = RouteResponse<'setInboxRule'>;

/** A rule as its form holds it: numbers as people type them. */
export type RuleDraft = { inbox: string; status: string; delayMs: string; failFirst: string; body: string };

/** The rule of an inbox as a draft; an inbox without a rule responds 200 at once. */
export function draftOf(name: string, rule: InboxRule | undefined): RuleDraft {
  const { status = 200, delayMs = 0, failFirst = 0, body = '' } = rule ?? {};
  return { inbox: name, status: String(status), delayMs: String(delayMs), failFirst: String(failFirst), body };
}

export function bodyOf({ status, delayMs, failFirst, body }: RuleDraft): CallInput<'setInboxRule'>['body'] {
  return { status: Number(status), delayMs: Number(delayMs), failFirst: Number(failFirst), body };
}

/** What is wrong in the form, by field. */
export function problemsOf(draft: RuleDraft): Record<string, string> {
  const numbers = (['status', 'delayMs', 'failFirst'] as const).filter((field) => !/^\d+$/.test(draft[field].trim()));
  return {
    ...(draft.inbox.trim() === '' ? { inbox: terms.enterName } : {}),
    ...Object.fromEntries(numbers.map((field) => [field, words.notANumber])),
  };
}

/** The responses of usual kinds of systems. */
export const presets: Record<keyof typeof words.presetNames, Omit<RuleDraft, 'inbox'>> = {
  works: { status: '200', delayMs: '0', failFirst: '0', body: '{"ok":true}' },
  flaky: { status: '200', delayMs: '0', failFirst: '2', body: '{"ok":true}' },
  slow: { status: '200', delayMs: '5000', failFirst: '0', body: '{"ok":true}' },
  down: { status: '503', delayMs: '0', failFirst: '0', body: 'Down for maintenance' },
  refuses: { status: '400', delayMs: '0', failFirst: '0', body: '{"error":"The field email is missing"}' },
  busy: { status: '429', delayMs: '0', failFirst: '0', body: '{"error":"Too many requests"}' },
};
