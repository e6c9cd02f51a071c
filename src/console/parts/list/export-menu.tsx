import { Button, Group, Menu, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { parts, terms } from '../../messages/en.ts';
import { notifyDone, notifyFailed, saveFile } from '../parts.ts';
import { csvLine } from './csv.ts';

const words = parts.export;

type Kind = keyof typeof words.as;

const types: Readonly<Record<Kind, string>> = { csv: 'text/csv', ndjson: 'application/x-ndjson' };
const byteOrderMark = '\ufeff'; // or spreadsheets take UTF-8 for something else

type Props<Row> = {
  /** What the file is called, before the date. */
  name: string;
  /** Everything that the present filter finds. */
  rows: (signal: AbortSignal) => AsyncIterable<Row>;
  /** The columns of the CSV file, separated by spaces. */
  columns: string;
  /** The cells of a row by their columns, where these are not members of the row. */
  cellsOf?: (row: Row) => object;
};

/** Writes everything that the present filter finds into a file. */
export function ExportMenu<Row extends object>(props: Props<Row>): ReactNode {
  const { name, rows, columns, cellsOf = (row) => row } = props;
  const names = columns.split(' ');
  const cells = (row: Row) => {
    const byName: Readonly<Record<string, unknown>> = { ...cellsOf(row) };
    return names.map((column) => byName[column]);
  };
  const [count, setCount] = useState<number | null>(null);
  const stop = useRef<AbortController>(null);
  useEffect(() => () => stop.current?.abort(), []);

  async function run(kind: Kind) {
    const stopper = new AbortController();
    const { signal } = stopper;
    stop.current = stopper;
    const pieces: string[] = kind === 'csv' ? [byteOrderMark, csvLine(names)] : [];
    let found = 0;
    setCount(0);
    try {
      for await (const one of rows(signal)) {
        pieces.push(kind === 'csv' ? csvLine(cells(one)) : `${JSON.stringify(one)}\n`);
        found += 1;
        if (found % 200 === 0) setCount(found);
      }
      saveFile(`${name}-${new Date().toISOString().slice(0, 10)}.${kind}`, pieces, types[kind]);
      notifyDone(words.done(found));
    } catch (error) {
      if (!signal.aborted) notifyFailed(error);
    }
    setCount(null);
  }

  if (count !== null)
    return (
      <Group gap="xs" role="status">
        <Text size="sm">{words.running(count)}</Text>
        <Button size="xs" onClick={() => stop.current?.abort()}>
          {terms.stop}
        </Button>
      </Group>
    );
  return (
    <Menu>
      <Menu.Target>
        <Button>{terms.export}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void run('csv')}>{words.as.csv}</Menu.Item>
        <Menu.Item onClick={() => void run('ndjson')}>{words.as.ndjson}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
