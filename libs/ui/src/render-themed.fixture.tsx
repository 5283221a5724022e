import { MantineProvider } from '@mantine/core';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';

/** Renders what wants Mantine's theme, in a document that knows no media queries. */
export function renderThemed(children: ReactNode) {
  window.matchMedia ??= () =>
    ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }) as unknown as MediaQueryList;
  return render(<MantineProvider env="test">{children}</MantineProvider>);
}
