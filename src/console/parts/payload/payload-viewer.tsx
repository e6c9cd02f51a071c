import { Anchor, Code, Group, Paper, ScrollArea, SegmentedControl, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { count, formatBytes, parts } from '../../messages/en.ts';
import { CopyButton, CopyIcon, Note } from '../parts.ts';
import onHover from '../text/on-hover.module.css';
import { pathTo } from './member-path.ts';
import css from './payload-viewer.module.css';

type Props = {
  /** A value, or the text of a body; text that is JSON is shown as a tree too. */
  value: unknown;
  /** What paths begin with, such as `it.data[0]`. */
  root?: string;
  /** Names the viewer for assistive technology. */
  label: string;
  /** Takes the path of a value that is clicked; without it values are only shown. */
  onPick?: ((path: string) => void) | undefined;
};

/** A payload as a tree, whose paths and values can be copied, or raw. */
export function PayloadViewer({ value, root = 'it', label, onPick }: Props): ReactNode {
  const parsed = typeof value === 'string' ? parse(value) : { ok: true as const, value };
  const [view, setView] = useState<'tree' | 'raw'>('tree');
  const raw = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const isTree = parsed.ok && view === 'tree';
  return (
    <Stack gap="xs" role="group" aria-label={label}>
      <Group justify="space-between" gap="xs">
        <Group gap="sm">
          {parsed.ok ? (
            <SegmentedControl
              size="xs"
              aria-label={parts.payload.view}
              value={view}
              onChange={setView}
              data={[
                { value: 'tree' as const, label: parts.payload.tree },
                { value: 'raw' as const, label: parts.payload.raw },
              ]}
            />
          ) : null}
          <Note>{formatBytes(new TextEncoder().encode(raw).length)}</Note>
        </Group>
        <CopyButton text={raw} />
      </Group>
      <Paper withBorder radius="sm">
        <ScrollArea.Autosize mah="28rem" viewportProps={{ tabIndex: 0, 'aria-label': label, role: 'region' }}>
          {isTree ? (
            <ul className={css['tree']}>
              <Branch name="" value={parsed.value} path={root} isOpen onPick={onPick} />
            </ul>
          ) : (
            <Code block bg="transparent" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {raw === '' ? parts.payload.empty : raw}
            </Code>
          )}
        </ScrollArea.Autosize>
      </Paper>
    </Stack>
  );
}

type BranchProps = Pick<Props, 'onPick'> & { name: string; value: unknown; path: string; isOpen?: boolean };

function Branch({ name, value, path, isOpen = false, onPick }: BranchProps): ReactNode {
  const shown = name === '' ? path : name;
  if (typeof value !== 'object' || value === null) {
    return (
      <li className={css['leaf']}>
        {onPick === undefined ? (
          <span className={css['name']}>{shown}</span>
        ) : (
          <Anchor
            component="button"
            type="button"
            inherit
            mih={24}
            underline="always"
            aria-label={parts.payload.pick(shown, path)}
            onClick={() => onPick(path)}
          >
            {shown}
          </Anchor>
        )}
        <span className={css['value']} data-type={value === null ? 'null' : typeof value}>
          {JSON.stringify(value) ?? 'undefined'}
        </span>
        <Group gap={0} ml="auto" wrap="nowrap" className={onHover['onHover'] ?? ''}>
          <CopyIcon text={path} label={parts.payload.copyPath(path)} />
          <CopyIcon text={String(value)} label={parts.payload.copyValue(path)} />
        </Group>
      </li>
    );
  }
  const entries = Object.entries(value);
  return (
    <li>
      <details open={isOpen || entries.length <= 12}>
        <summary className={css['summary']}>
          <span className={css['name']}>{shown}</span>
          <Text span inherit c="dimmed">
            {count.entries(entries.length)}
          </Text>
        </summary>
        <ul className={css['tree']}>
          {entries.map(([key, inner]) => (
            <Branch key={key} name={key} value={inner} path={pathTo(path, key, Array.isArray(value))} onPick={onPick} />
          ))}
        </ul>
      </details>
    </li>
  );
}

function parse(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false }; // shown as it is
  }
}
