import type { ModalProps } from '@mantine/core';
import { Modal } from '@mantine/core';
import { useFocusReturn } from './focus-return.ts';

/** A dialog that is open as long as it is rendered; a click beside it takes nothing away. At its end the focus goes back to what opened it. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useFocusReturn();
  return (
    <Modal opened closeOnClickOutside={false} closeButtonProps={{ 'aria-label': 'Close the dialog' }} {...props} />
  );
}
