import { Code, ScrollArea, Stack, Tabs, Text } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { parts } from '../messages/en/parts.ts';
import { CopyButton } from './copy-button.tsx';
import { type Shown, showAs } from './shown-as.ts';

/** An object as YAML, JSON, command and cURL, in a tab of its page. */
export function ShownTexts({ kind, document }: Shown): ReactNode {
  const texts = useMemo(() => showAs({ kind, document }, location.origin), [kind, document]);
  return (
    <Stack>
      <Text c="dimmed">{parts.showAsText}</Text>
      <Tabs defaultValue="YAML" keepMounted={false}>
        <Tabs.List aria-label={parts.showAs}>
          {Object.keys(texts).map((form) => (
            <Tabs.Tab key={form} value={form}>
              {form}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {Object.entries(texts).map(([form, text]) => (
          <Tabs.Panel key={form} value={form} pt="sm">
            <Stack gap="xs" align="start">
              <ScrollArea.Autosize mah="70vh" w="100%" viewportProps={{ tabIndex: 0 }}>
                <Code block>{text}</Code>
              </ScrollArea.Autosize>
              <CopyButton text={text} />
            </Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
