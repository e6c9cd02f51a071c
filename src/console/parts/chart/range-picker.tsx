import { SegmentedControl } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { options } from '../form/options.ts';
import type { Range } from '../list/list-search.ts';

/** The one choice of time on a page; what is chosen belongs into the address (`rangeSearch`). */
export function RangePicker({ value, onChange }: { value: Range; onChange: (range: Range) => void }): ReactNode {
  return (
    <SegmentedControl
      aria-label={terms.timeRange}
      size="xs"
      data={options(parts.ranges)}
      value={value}
      onChange={(chosen) => onChange(chosen as Range)} // one of the options above
    />
  );
}
