import { Box, Group } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = {
  /** The least width of a column, such as `24rem`. */
  min: string;
  /** Whether few children take the whole width (`auto-fit`) or leave room. */
  flow?: 'auto-fit' | 'auto-fill';
  children: ReactNode;
};

/** As many columns of the same width as there is room for. */
export function AutoGrid({ min, flow = 'auto-fit', children }: Props): ReactNode {
  const gridTemplateColumns = `repeat(${flow}, minmax(min(${min}, 100%), 1fr))`;
  return <div style={{ display: 'grid', gap: 'var(--mantine-spacing-md)', gridTemplateColumns }}>{children}</div>;
}

/** Short fields side by side; `least` is the least width of each. */
export const FieldGrid = ({ least = '14rem', children }: { least?: string; children: ReactNode }): ReactNode => (
  <AutoGrid min={least} flow="auto-fill">
    {children}
  </AutoGrid>
);

type BesideProps = { aside: ReactNode; asideWidth?: string; children: ReactNode };

/** Content with something narrower beside it, or below it where there is no room for both. */
export function Beside({ aside, asideWidth = '20rem', children }: BesideProps): ReactNode {
  return (
    <Group align="start" gap="md">
      <Box flex="999 1 28rem" miw={0}>
        {children}
      </Box>
      <Box flex={`1 1 ${asideWidth}`} miw={0}>
        {aside}
      </Box>
    </Group>
  );
}
