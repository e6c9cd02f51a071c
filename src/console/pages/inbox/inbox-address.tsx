import { Button, Code, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { inbox as words } from '../../messages/en/inbox.ts';
import { terms } from '../../messages/en/terms.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { useMay } from '../../session/rights.ts';
import css from './inbox-page.module.css';

/** Where to send to: an address made of a name, to copy. */
export function InboxAddress(): ReactNode {
  const [name, setName] = useState<string>(words.defaultName);
  const mayConnect = useMay('connections:manage');
  const url = `${location.origin}/inbox/${encodeURIComponent(name.trim() || words.defaultName)}`;
  return (
    <Panel title={words.address} text={words.addressText}>
      <div className={css['address']}>
        <TextInput
          label={terms.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={100}
          spellCheck={false}
        />
        <div className={css['url']}>
          <Code>{url}</Code>
          <CopyButton text={url} label={terms.copyUrl} />
          {mayConnect ? (
            <Button
              component={Link}
              to="/connections/new/webhook"
              variant="default"
              size="xs"
              leftSection={<Icon name="connections" size={14} />}
            >
              {terms.newConnection}
            </Button>
          ) : null}
        </div>
      </div>
    </Panel>
  );
}
