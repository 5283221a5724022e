import { Modal, Skeleton } from '@mantine/core';
import type { Instance, ServerGroup } from '@gennaker/contracts/clouddriver';
import { CopyText, ErrorPanel } from '@gennaker/ui/panels';
import { useEffect, useRef } from 'react';
import { useConsole } from '../queries/infrastructure.ts';

/** An instance's serial console, at its end. */
export function ConsoleDialog({
  group,
  instance,
  onClose,
}: {
  readonly group: ServerGroup;
  readonly instance: Instance;
  readonly onClose: () => void;
}) {
  const output = useConsole(group.account, group.region, instance.id);
  const box = useRef<HTMLPreElement>(null);
  const text = output.data?.output ?? '';
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  return (
    <Modal opened onClose={onClose} size="min(980px, 92vw)" title={<span className="gk-mono">{instance.name}</span>}>
      {output.isPending ? (
        <Skeleton height={320} />
      ) : output.isError ? (
        <ErrorPanel title="The console could not be read" error={output.error} />
      ) : (
        <div className="gk-log">
          <div className="gk-log-head">
            <span>Serial console</span>
            <span>Live</span>
            <span style={{ flex: 1 }} />
            <CopyText text={text} label="Copy the console" />
          </div>
          <pre ref={box} tabIndex={0} style={{ height: '56vh' }} aria-label={`Serial console of ${instance.name}`}>
            {text || 'It has written nothing yet.'}
          </pre>
        </div>
      )}
    </Modal>
  );
}
