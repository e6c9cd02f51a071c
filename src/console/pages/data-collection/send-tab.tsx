import { Alert, Box, Code, Group, Stack, Tabs, Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { dataCollection } from '../../messages/en.ts';
import { Beside, CopyButton, Icon, More, Note, Panel } from '../../parts/parts.ts';
import { type Collector, originsInWords } from './collector.ts';
import { Listening } from './listening.tsx';
import { originOf, type SnippetKind, snippets } from './snippets.ts';

const words = dataCollection.send;

/** Snippets that send events to a collector, and the events that arrive. */
export function SendTab({ collector }: { collector: Collector }): ReactNode {
  const [typed, type] = useLocalStorage({
    key: 'millrace.public-address',
    defaultValue: location.origin,
    getInitialValueInEffect: false,
  });
  const origin = originOf(typed);
  const ways = snippets({ origin: origin ?? location.origin, key: collector.key });
  const sites = collector.allowedOrigins.includes('*') ? null : originsInWords(collector);
  return (
    <Beside asideWidth="22rem" aside={<Listening collector={collector} />}>
      <Panel title={words.title} text={words.text}>
        {collector.status === 'disabled' ? (
          <Alert color="orange" icon={<Icon name="off" />} title={words.disabledHint} />
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
              <Stack gap="xs">
                <Text c="dimmed">{words.about[kind]}</Text>
                <Snippet name={words.kinds[kind]} text={ways[kind]} />
                <Group gap="sm">
                  <CopyButton text={ways[kind]} />
                  {sites !== null && fromPages.has(kind) ? <Note>{words.originHint(sites)}</Note> : null}
                </Group>
              </Stack>
            </Tabs.Panel>
          ))}
        </Tabs>
        <More summary={words.good}>
          <ul>
            {words.goodLines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </More>
      </Panel>
    </Beside>
  );
}

const kinds = Object.keys(words.kinds) as SnippetKind[]; // the keys of a constant object
const fromPages = new Set<SnippetKind>(['browser', 'beacon']);

/** A long line scrolls in its frame, by keyboard too. */
function Snippet({ name, text }: { name: string; text: string }): ReactNode {
  return (
    <Box
      component="section"
      aria-label={name}
      tabIndex={0}
      mah="24rem"
      bd="1px solid var(--console-line)"
      bdrs="sm"
      bg="var(--console-ground)"
      style={{ overflow: 'auto' }}
    >
      <Code block w="max-content" miw="100%" px="sm" py="sm" bg="transparent" lh={1.55}>
        {text}
      </Code>
    </Box>
  );
}
