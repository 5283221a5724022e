import type { ReactNode } from 'react';
import { createContext, useContext } from 'react';

const GivenTargetContext = createContext(false);

/** Forms below it ask neither for the place nor for the name of what they are about: that was chosen already. */
export function GivenTarget({ children }: { readonly children: ReactNode }) {
  return <GivenTargetContext value>{children}</GivenTargetContext>;
}

/** Is it decided already what the form is about? */
export function useGivenTarget(): boolean {
  return useContext(GivenTargetContext);
}
