import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterContextProvider, RouterProvider } from '@tanstack/react-router';
import { type ReactNode, useLayoutEffect } from 'react';
import { queryClient } from './data/data.ts';
import { Notes } from './parts/parts.ts';
import { router } from './router.tsx';
import { densityChoice, useKeptChoice } from './session/kept-choice.ts';
import { styleNonce } from './theme/nonce.ts';
import { cssVariables, theme } from './theme/theme.ts';

export function App(): ReactNode {
  const [density] = useKeptChoice(densityChoice);
  useLayoutEffect(() => {
    document.documentElement.dataset['density'] = density;
  }, [density]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <RouterContextProvider router={router}>
          <Notes />
        </RouterContextProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
