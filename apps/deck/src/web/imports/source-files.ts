/** A file to import from: its name with the folders that it was chosen with, and its text, or why there is none. */
export type SourceFile = { readonly name: string } & ({ readonly text: string } | { readonly problem: string });

/** Larger files are no pipelines, bytes. */
const MAX_BYTES = 20_000_000;
const LEFT_OUT = /(^|\/)(\.git|node_modules)(\/|$)/;

/** Reads chosen files; those of version control and of packages are left out. Never throws: a problem stands with its file. */
export async function readFiles(files: readonly File[]): Promise<SourceFile[]> {
  const named = files.map((file) => ({ name: file.webkitRelativePath || file.name, file }));
  return readAll(named);
}

/** Reads what was dropped: files, and folders with all that is in them. Call it while the event is handled. */
export async function readDropped(transfer: DataTransfer): Promise<SourceFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? undefined);
  const plain = [...transfer.files];
  if (entries.every((entry) => entry === undefined)) return readFiles(plain);
  const found = await Promise.all(entries.flatMap((entry) => (entry ? [filesIn(entry)] : [])));
  return readAll(found.flat());
}

interface Named {
  readonly name: string;
  readonly file: File;
}

async function filesIn(entry: FileSystemEntry): Promise<Named[]> {
  if (entry instanceof FileSystemFileEntry)
    return [
      {
        name: entry.fullPath.replace(/^\//, ''),
        file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)),
      },
    ];
  if (!(entry instanceof FileSystemDirectoryEntry) || LEFT_OUT.test(entry.fullPath)) return [];
  const reader = entry.createReader();
  const found: Named[] = [];
  // A reader answers a part of the folder with each call, and nothing at its end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found;
    found.push(...(await Promise.all(part.map(filesIn))).flat());
  }
}

function readAll(files: readonly Named[]): Promise<SourceFile[]> {
  return Promise.all(
    files
      .filter(({ name }) => !LEFT_OUT.test(name))
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map(async ({ name, file }): Promise<SourceFile> => {
        if (file.size > MAX_BYTES) return { name, problem: `It has ${file.size} bytes; a file may have ${MAX_BYTES}` };
        try {
          return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()) };
        } catch {
          return { name, problem: 'It is no UTF-8 text' };
        }
      }),
  );
}

/** A pasted text as a file: JSON by how it begins, YAML otherwise. */
export function pastedFile(text: string): SourceFile {
  return { name: /^\s*(?:[[{]|\/[/*])/.test(text) ? 'pasted.json' : 'pasted.yml', text };
}
