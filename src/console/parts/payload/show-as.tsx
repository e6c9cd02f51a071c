import { Button, Code, Drawer, ScrollArea, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { parts, terms } from '../../messages/en.ts';
import { CopyButton, DetailTabs, Icon, Problem } from '../parts.ts';
import { type Shown, shownAs } from './shown-as.ts';

/** Opens a drawer with the object as YAML, JSON, command and cURL. */
export function ShowAs(shown: Shown): ReactNode {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button leftSection={<Icon name="code" />} onClick={open}>
        {terms.showAs}
      </Button>
      <ShowAsDrawer shown={isOpen ? shown : null} onClose={close} />
    </>
  );
}

/** The drawer alone, for menus; null: closed. */
export function ShowAsDrawer({ shown, onClose }: { shown: Shown | null; onClose: () => void }): ReactNode {
  return (
    <Drawer
      opened={shown !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={terms.showOf(shown?.document.name ?? '')}
    >
      {shown === null ? null : <ShownTexts {...shown} />}
    </Drawer>
  );
}

/** An object as YAML, JSON, command and cURL, in tabs. */
export function ShownTexts(shown: Shown): ReactNode {
  const { data, error, refetch } = useQuery(shownAs(shown));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={240} aria-busy="true" />;
  return (
    <Stack>
      <Text c="dimmed">{parts.showAsText}</Text>
      <DetailTabs
        label={terms.showAs}
        names={forms}
        gap="sm"
        panels={(form) => (
          <Stack gap="xs" align="start">
            <ScrollArea.Autosize mah="70vh" w="100%" viewportProps={{ tabIndex: 0 }}>
              <Code block>{data[form]}</Code>
            </ScrollArea.Autosize>
            <CopyButton text={data[form]} />
          </Stack>
        )}
      />
    </Stack>
  );
}

const forms = { YAML: 'YAML', JSON: 'JSON', CLI: 'CLI', cURL: 'cURL' } as const;
