import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMe } from '../../session/rights.ts';

/** By what people call such an installation: red where a mistake reaches customers, orange before that, blue for any other. */
function colourOf(name: string): string {
  if (/prod|live/i.test(name)) return 'red.9';
  return /stag|test|qa/i.test(name) ? '#9a3a00' : 'blue.9';
}

/** The name of this installation, to tell it from others. Nothing when the operator has given none. */
export function Environment(): ReactNode {
  const name = useMe()?.environment ?? null;
  return name === null ? null : (
    <Badge
      variant="filled"
      radius="sm"
      maw="9rem"
      color={colourOf(name)}
      title={name}
      style={{ textTransform: 'none' }}
    >
      {name}
    </Badge>
  );
}
