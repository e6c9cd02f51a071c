import { Button, Code, Tabs, Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { trace as words } from '../../messages/en/trace.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { markedAddress } from './marked-address.ts';
import css from './trace-page.module.css';
import type { Trace } from './trace-page.tsx';

const ways = ['link', 'header', 'script'] as const;

/** The three ways to make a visit part of the trace. */
export function Attach({ trace }: { trace: Trace }): ReactNode {
  const { way = 'link' } = useSearch({ from: '/shell/trace/$traceId' });
  const navigate = useNavigate({ from: '/trace/$traceId' });
  const { attach, id } = trace;
  return (
    <Panel title={words.attach} text={words.attachText}>
      <Tabs
        value={way}
        keepMounted={false}
        onChange={(next) => void navigate({ search: { way: ways.find((one) => one === next) }, replace: true })}
      >
        <Tabs.List aria-label={words.attach} mb="sm">
          {ways.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {words.ways[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="link">
          <ByLink parameter={attach.parameter} id={id} />
        </Tabs.Panel>
        <Tabs.Panel value="header">
          <ToCopy way="header" text={`${attach.header}: ${id}`} />
        </Tabs.Panel>
        <Tabs.Panel value="script">
          <ToCopy way="script" text={attach.script} />
        </Tabs.Panel>
      </Tabs>
    </Panel>
  );
}

function ByLink({ parameter, id }: { parameter: string; id: string }): ReactNode {
  const [typed, type] = useLocalStorage<string>({
    key: 'millrace.trace-page',
    defaultValue: words.pageExample,
    getInitialValueInEffect: false,
  });
  const marked = markedAddress(typed, parameter, id);
  const isTyped = typed.trim() !== '' && typed !== words.pageExample;
  return (
    <div className={css['way']}>
      <Text c="dimmed">{words.about.link}</Text>
      <TextInput
        label={words.page}
        description={words.pageHint}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        error={isTyped && marked === null ? words.pageWrong : undefined}
        inputMode="url"
        spellCheck={false}
        maw="36rem"
      />
      <Code className={css['text'] ?? ''}>{marked ?? `…?${parameter}=${id}`}</Code>
      <div className={css['buttons']}>
        <CopyButton text={marked ?? `${parameter}=${id}`} label={words.copy(words.ways.link)} />
        {marked === null ? null : (
          <Button
            component="a"
            href={marked}
            target="_blank"
            rel="noreferrer"
            size="xs"
            leftSection={<Icon name="chevron" size={14} />}
          >
            {words.visit}
          </Button>
        )}
      </div>
    </div>
  );
}

function ToCopy({ way, text }: { way: 'header' | 'script'; text: string }): ReactNode {
  return (
    <div className={css['way']}>
      <Text c="dimmed">{words.about[way]}</Text>
      <Code className={css['text'] ?? ''}>{text}</Code>
      <div className={css['buttons']}>
        <CopyButton text={text} label={words.copy(words.ways[way])} />
      </div>
    </div>
  );
}
