import { Box, Group } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = { aside: ReactNode; asideWidth?: string; children: ReactNode };

/** Content with something narrower beside it, or below it where there is no room for both. */
export function Beside({ aside, asideWidth = '20rem', children }: Props): ReactNode {
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
