import { Button, Code, Drawer, ScrollArea, Stack, Tabs, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useMemo } from 'react';
import { parts } from '../messages/en/parts.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icon.tsx';
import { type Shown, showAs } from './shown-as.ts';

/** Opens a drawer with the object as YAML, JSON, command and cURL. */
export function ShowAs(shown: Shown): ReactNode {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" leftSection={<Icon name="code" />} onClick={open}>
        {parts.showAs}
      </Button>
      <ShowAsDrawer shown={isOpen ? shown : null} onClose={close} />
    </>
  );
}

/** The drawer by itself, for menus; null: closed. */
export function ShowAsDrawer({ shown, onClose }: { shown: Shown | null; onClose: () => void }): ReactNode {
  const texts = useMemo(() => (shown === null ? null : showAs(shown, location.origin)), [shown]);
  const name = String(shown?.document['name'] ?? shown?.document['id'] ?? '');
  return (
    <Drawer
      opened={shown !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={parts.showAsOf(name)}
      closeButtonProps={{ 'aria-label': parts.close }}
    >
      <Stack>
        <Text c="dimmed">{parts.showAsText}</Text>
        {texts === null ? null : (
          <Tabs defaultValue="YAML" keepMounted={false}>
            <Tabs.List>
              {Object.keys(texts).map((kind) => (
                <Tabs.Tab key={kind} value={kind}>
                  {kind}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {Object.entries(texts).map(([kind, text]) => (
              <Tabs.Panel key={kind} value={kind} pt="sm">
                <Stack gap="xs">
                  <ScrollArea.Autosize mah="70vh" viewportProps={{ tabIndex: 0 }}>
                    <Code block>{text}</Code>
                  </ScrollArea.Autosize>
                  <div>
                    <CopyButton text={text} />
                  </div>
                </Stack>
              </Tabs.Panel>
            ))}
          </Tabs>
        )}
      </Stack>
    </Drawer>
  );
}
