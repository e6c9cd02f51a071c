import { Button, Group, Menu, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { client } from '../../session/session.ts';
import { csvHead, csvLine } from './delivery-csv.ts';
import type { DeliveryQuery } from './delivery-filters.ts';

type Kind = keyof typeof words.exportAs;

const types: Readonly<Record<Kind, string>> = { csv: 'text/csv', ndjson: 'application/x-ndjson' };
const byteOrderMark = '\ufeff'; // or spreadsheets take UTF-8 for something else

/** Writes everything that the present filter finds into a file. */
export function ExportMenu({ query }: { query: DeliveryQuery }): ReactNode {
  const [count, setCount] = useState<number | null>(null);
  const stop = useRef<AbortController>(null);
  useEffect(() => () => stop.current?.abort(), []);

  async function run(kind: Kind) {
    const stopper = new AbortController();
    const { signal } = stopper;
    stop.current = stopper;
    const pieces: string[] = kind === 'csv' ? [byteOrderMark, csvHead] : [];
    let found = 0;
    setCount(0);
    try {
      for await (const one of client().list('listDeliveries', { query, signal })) {
        pieces.push(kind === 'csv' ? csvLine(one) : `${JSON.stringify(one)}\n`);
        found += 1;
        if (found % 200 === 0) setCount(found);
      }
      save(new Blob(pieces, { type: types[kind] }), `deliveries-${new Date().toISOString().slice(0, 10)}.${kind}`);
      notifyDone(words.exported(found));
    } catch (error) {
      if (!signal.aborted) notifyFailed(error);
    }
    setCount(null);
  }

  if (count !== null)
    return (
      <Group gap="xs" role="status">
        <Text size="sm">{words.exporting(count)}</Text>
        <Button variant="default" size="xs" onClick={() => stop.current?.abort()}>
          {words.stop}
        </Button>
      </Group>
    );
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default">{words.exportTitle}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void run('csv')}>{words.exportAs.csv}</Menu.Item>
        <Menu.Item onClick={() => void run('ndjson')}>{words.exportAs.ndjson}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the file over by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
