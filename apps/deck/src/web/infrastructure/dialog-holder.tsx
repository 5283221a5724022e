import type { ReactNode } from 'react';
import { createContext, use, useCallback, useState } from 'react';

/** Makes a dialog; `onClose` takes it away again. */
type MakeDialog = (onClose: () => void) => ReactNode;

const Holder = createContext<((make: MakeDialog) => void) | undefined>(undefined);

/** Keeps the dialog that a part of `children` opens until it is closed, also when that part goes away meanwhile. */
export function DialogHolder({ children }: { readonly children: ReactNode }) {
  const [dialog, setDialog] = useState<ReactNode>();
  const show = useCallback((make: MakeDialog) => setDialog(make(() => setDialog(undefined))), []);
  return (
    <Holder value={show}>
      {children}
      {dialog}
    </Holder>
  );
}

/** Opens dialogs in the holder around. @throws Error where there is none */
export function useDialogHolder(): (make: MakeDialog) => void {
  const show = use(Holder);
  if (!show) throw new Error('A dialog is opened inside of a DialogHolder.');
  return show;
}
