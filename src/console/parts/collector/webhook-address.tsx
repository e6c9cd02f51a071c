import { Code, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { webhooks } from '../../messages/en.ts';
import { CopyButton, Note, Panel } from '../parts.ts';
import type { Collector } from './collector.ts';

const words = webhooks.address;

/** The URL for the settings of a provider; nothing when the collector takes no webhooks. */
export function WebhookAddress({ origin, collector }: { origin: string; collector: Collector }): ReactNode {
  if (!collector.formats.includes('webhooks')) return null;
  const url = `${origin}/hooks/${collector.key}`;
  const isSigned = collector.webhooks != null && collector.webhooks.scheme !== 'none';
  return (
    <Panel title={words.title} text={words.text}>
      <Group gap="sm">
        <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>{url}</Code>
        <CopyButton text={url} />
      </Group>
      {isSigned ? null : <Note>{words.unsigned}</Note>}
    </Panel>
  );
}
