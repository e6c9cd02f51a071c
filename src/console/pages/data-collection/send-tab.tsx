import { Code, Tabs, Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { type Collector, originsInWords } from './collector.ts';
import { Listening } from './listening.tsx';
import css from './send-tab.module.css';
import { originOf, type SnippetKind, snippets } from './snippets.ts';

const words = dataCollection.send;

/** How to send to a collector, ready to copy, and whether it arrives. */
export function SendTab({ collector }: { collector: Collector }): ReactNode {
  return (
    <div className={css['columns']}>
      <Snippets collector={collector} />
      <Listening collector={collector} />
    </div>
  );
}

function Snippets({ collector }: { collector: Collector }): ReactNode {
  const [typed, type] = useLocalStorage({
    key: 'millrace.public-address',
    defaultValue: location.origin,
    getInitialValueInEffect: false,
  });
  const origin = originOf(typed);
  const ways = snippets({ origin: origin ?? location.origin, key: collector.key });
  const sites = collector.allowedOrigins.includes('*') ? null : originsInWords(collector);
  return (
    <Panel title={words.title} text={words.text}>
      {collector.status === 'disabled' ? (
        <Text className={css['notice'] ?? ''}>
          <Icon name="off" size={14} /> {words.disabledHint}
        </Text>
      ) : null}
      <TextInput
        label={words.address}
        description={words.addressHint}
        value={typed}
        error={origin === null ? words.addressWrong : undefined}
        onChange={(event) => type(event.currentTarget.value)}
        inputMode="url"
        spellCheck={false}
      />
      <Tabs defaultValue="browser" keepMounted={false}>
        <Tabs.List aria-label={words.snippets}>
          {kinds.map((kind) => (
            <Tabs.Tab key={kind} value={kind}>
              {words.kinds[kind]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {kinds.map((kind) => (
          <Tabs.Panel key={kind} value={kind} pt="sm">
            <div className={css['snippet']}>
              <Text c="dimmed">{words.about[kind]}</Text>
              {/* A long line scrolls in its frame, by keyboard too. */}
              <section className={css['frame']} aria-label={words.kinds[kind]} tabIndex={0}>
                <Code block className={css['code'] ?? ''}>
                  {ways[kind]}
                </Code>
              </section>
              <div className={css['below']}>
                <CopyButton text={ways[kind]} label={words.copy(words.kinds[kind])} />
                {sites !== null && fromPages.has(kind) ? (
                  <Text size="sm" c="dimmed">
                    {words.originHint(sites)}
                  </Text>
                ) : null}
              </div>
            </div>
          </Tabs.Panel>
        ))}
      </Tabs>
      <details className={css['good']}>
        <summary>{words.good}</summary>
        <ul>
          {words.goodLines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </details>
    </Panel>
  );
}

const kinds = Object.keys(words.kinds) as SnippetKind[]; // the keys of a constant object
const fromPages = new Set<SnippetKind>(['browser', 'beacon']);
