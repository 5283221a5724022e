import { Button, Group, Textarea } from '@mantine/core';
import { useRef, useState } from 'react';
import { readDropped, readFiles, type SourceFile } from './source-files.ts';

/** Where documents come from: files that are dropped or chosen, a folder, a pasted text. */
export function ChooseFiles({
  files,
  pasted,
  onFiles,
  onPasted,
}: {
  readonly files: readonly SourceFile[];
  readonly pasted: string;
  readonly onFiles: (files: readonly SourceFile[]) => void;
  readonly onPasted: (text: string) => void;
}) {
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = async (read: Promise<SourceFile[]>): Promise<void> => {
    const more = await read;
    const fresh = new Set(more.map(({ name }) => name));
    onFiles([...files.filter(({ name }) => !fresh.has(name)), ...more]);
  };
  const input = (label: string, ref: typeof chooser, isFolder: boolean) => (
    <input
      ref={(element) => {
        ref.current = element;
        if (isFolder) element?.setAttribute('webkitdirectory', '');
      }}
      type="file"
      multiple
      hidden
      aria-label={label}
      onChange={({ currentTarget }) => {
        void take(readFiles([...(currentTarget.files ?? [])]));
        currentTarget.value = '';
      }}
    />
  );
  return (
    <>
      <div
        className="drop-zone"
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(readDropped(event.dataTransfer));
        }}
      >
        {input('Files', chooser, false)}
        {input('Folder', folder, true)}
        <p>Drop files or a folder here</p>
        <Group justify="center" gap="xs">
          <Button variant="default" onClick={() => chooser.current?.click()}>
            Choose files
          </Button>
          <Button variant="default" onClick={() => folder.current?.click()}>
            Choose a folder
          </Button>
        </Group>
        <p className="gk-muted">
          JSON, YAML or markdown: single pipelines, lists, exports of Front50, PaCRD, templates, dinghyfiles
        </p>
      </div>
      <Textarea
        label="Or paste a text"
        autosize
        minRows={3}
        maxRows={14}
        classNames={{ input: 'gk-mono' }}
        placeholder='{ "name": "Deploy", "application": "shop", "stages": [ … ] }'
        value={pasted}
        onChange={(event) => onPasted(event.currentTarget.value)}
      />
      {files.length > 0 ? (
        <div className="chosen-files">
          <span>
            {files.length === 1 ? files[0]?.name : `${files.length} files`}
            <span className="gk-muted"> chosen</span>
          </span>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => onFiles([])}>
            Take away
          </Button>
        </div>
      ) : null}
      <Unread files={files} />
    </>
  );
}

function Unread({ files }: { readonly files: readonly SourceFile[] }) {
  const unread = files.flatMap((file) => ('problem' in file ? [file] : []));
  if (unread.length === 0) return null;
  return (
    <ul className="unread-files" aria-label="Files that are left out">
      {unread.map(({ name, problem }) => (
        <li key={name}>
          <span className="gk-mono">{name}</span> is left out: {problem}
        </li>
      ))}
    </ul>
  );
}
