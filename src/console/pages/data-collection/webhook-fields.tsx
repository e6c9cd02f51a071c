import type { ReactNode } from 'react';
import { connectionForm, webhooks as words } from '../../messages/en.ts';
import { FieldGrid, Panel } from '../../parts/parts.ts';
import type { WebhookDraft } from './webhook-draft.ts';

type Props = { field: (name: keyof WebhookDraft, look?: { options?: Readonly<Record<string, string>> }) => ReactNode };

/** How webhooks are verified, and where the values of their events are. */
export function WebhookFields({ field }: Props): ReactNode {
  return (
    <Panel title={words.title} text={words.text}>
      {field('webhooks.scheme', { options: words.schemes })}
      {field('webhooks.secret')}
      <FieldGrid>
        {field('webhooks.header')}
        {field('webhooks.prefix')}
        {field('webhooks.algorithm', { options: connectionForm.signingAlgorithms })}
        {field('webhooks.encoding', { options: connectionForm.signingEncodings })}
        {field('webhooks.signed')}
        {field('webhooks.timeHeader')}
        {field('webhooks.tolerance')}
      </FieldGrid>
      <FieldGrid>
        {field('webhooks.previousSecret')}
        {field('webhooks.previousUntil')}
      </FieldGrid>
      <FieldGrid>
        {field('webhooks.eventName')}
        {field('webhooks.visitor')}
        {field('webhooks.time')}
        {field('webhooks.id')}
      </FieldGrid>
    </Panel>
  );
}
