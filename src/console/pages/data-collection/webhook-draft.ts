import type { WebhookIntake } from '../../../contract/documents/webhook-intake.ts';
import { formFields, webhooks as words } from '../../messages/en.ts';
import * as f from '../../parts/form/form-fields.ts';

type Scheme = WebhookIntake['scheme'];
type Hmac = Extract<WebhookIntake, { scheme: 'hmac' }>;
type Choice = { 'webhooks.scheme': Scheme };

const isSigned = (draft: Choice) => draft['webhooks.scheme'] !== 'none';
const isHmac = (draft: Choice) => draft['webhooks.scheme'] === 'hmac';

/** How a collector takes webhooks, as its form holds it. */
export const webhookFields = f.named(
  'webhooks',
  f.within('webhooks', {
    scheme: f.initially('none', f.choice<Scheme>('scheme')),
    ...f.when(isSigned, { secret: f.secret('secret') }),
    ...f.when(isHmac, {
      header: f.text('header'),
      algorithm: f.choice<Hmac['algorithm']>('algorithm'),
      encoding: f.choice<Hmac['encoding']>('encoding'),
      prefix: f.text('prefix'),
      signed: f.text('signed'),
      timeHeader: f.text('timeHeader'),
      tolerance: f.duration('toleranceMs'),
    }),
    ...f.when(isSigned, { previousSecret: f.secret('previousSecret'), previousUntil: f.text('previousUntil') }),
    eventName: f.text('name'),
    visitor: f.text('visitor'),
    time: f.text('time'),
    id: f.text('id'),
  }),
);

export const webhookLabels = f.named('webhooks', words.fields);

export type WebhookDraft = f.DraftOf<typeof webhookFields>;

/** Whether a draft says something about webhooks that is not the standard. */
export const hasWebhooks = (draft: WebhookDraft): boolean =>
  isSigned(draft) ||
  (['eventName', 'visitor', 'time', 'id'] as const).some((name) => draft[`webhooks.${name}`].trim() !== '');

/** An end of the previous secret that is no time, by its path. */
export function webhookProblems(draft: WebhookDraft): Record<string, string> {
  const until = draft['webhooks.previousUntil'].trim();
  return isSigned(draft) && until !== '' && Number.isNaN(Date.parse(until))
    ? { [webhookFields['webhooks.previousUntil'].path]: formFields.time }
    : {};
}
