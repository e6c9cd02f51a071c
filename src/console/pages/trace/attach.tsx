import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { trace as words } from '../../messages/en/trace.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { DetailTabs } from '../../parts/detail-tabs.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { markedAddress } from './marked-address.ts';
import type { Trace } from './trace-page.tsx';

const ways = ['link', 'header', 'script'] as const;

/** The three ways to make a visit part of the trace. */
export function Attach({ trace: { attach, id } }: { trace: Trace }): ReactNode {
  const { way = 'link' } = useSearch({ from: '/shell/trace/$traceId' });
  const navigate = useNavigate({ from: '/trace/$traceId' });
  return (
    <Panel title={words.attach} text={words.attachText}>
      <DetailTabs
        label={words.attach}
        names={words.ways}
        shown={way}
        onShow={(next) => void navigate({ search: { way: ways.find((one) => one === next) }, replace: true })}
        panels={{
          link: <ByLink parameter={attach.parameter} id={id} />,
          header: <ToCopy way="header" shown={`${attach.header}: ${id}`} />,
          script: <ToCopy way="script" shown={attach.script} />,
        }}
      />
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
    <ToCopy
      way="link"
      shown={marked ?? `…?${parameter}=${id}`}
      copied={marked ?? `${parameter}=${id}`}
      button={
        marked === null ? null : (
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
        )
      }
    >
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
    </ToCopy>
  );
}

type ToCopyProps = {
  way: (typeof ways)[number];
  shown: string;
  copied?: string;
  button?: ReactNode;
  children?: ReactNode;
};

function ToCopy({ way, shown, copied = shown, button, children }: ToCopyProps): ReactNode {
  return (
    <Stack gap="sm">
      <Text c="dimmed">{words.about[way]}</Text>
      {children}
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {shown}
      </Code>
      <Group gap="xs">
        <CopyButton text={copied} label={words.copy(words.ways[way])} />
        {button}
      </Group>
    </Stack>
  );
}
