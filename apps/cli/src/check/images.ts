import { z } from 'zod';

/** What an image of the Dockerfile runs, and the environment that the file gives it. */
export interface Image {
  command: string[];
  env: Record<string, string>;
}

/** Reads the targets of a Dockerfile of ours: `FROM parent AS name`, `ENV NAME=value ...`, `CMD [...]`. */
export function imagesOf(dockerfile: string): Map<string, Image> {
  const images = new Map<string, Image>();
  let current: Image | undefined;
  for (const line of dockerfile.replaceAll('\\\n', ' ').split('\n')) {
    const from = /^FROM (\S+) AS (\S+)$/.exec(line);
    if (from) {
      const parent = images.get(from[1] ?? '');
      current = { command: parent?.command ?? [], env: { ...parent?.env } };
      images.set(from[2] ?? '', current);
    } else if (line.startsWith('CMD ') && current) {
      current.command = z.array(z.string()).parse(JSON.parse(line.slice('CMD '.length)));
    } else if (line.startsWith('ENV ') && current) {
      for (const [, name = '', value = ''] of line.matchAll(/(\w+)=(\S+)/g)) current.env[name] = value;
    }
  }
  return images;
}
