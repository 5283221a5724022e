import { Skeleton } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import { lazy, Suspense } from 'react';

const JsonDiff = lazy(() =>
  import('../editor/json-editor.tsx').then(({ JsonDiff: Component }) => ({ default: Component })),
);

/** A version's JSON without what the system writes with each save, which would only distract. */
function comparable(pipeline: Pipeline): string {
  const { updateTs: _at, lastModifiedBy: _by, version: _version, index: _index, ...rest } = pipeline;
  return JSON.stringify(rest, null, 2);
}

/** Two versions of a pipeline as JSON, side by side; nothing where they are the same. */
export function SideBySide({
  before,
  after,
  titles,
}: {
  readonly before: Pipeline;
  readonly after: Pipeline;
  readonly titles: readonly [string, string];
}) {
  const [left, right] = [comparable(before), comparable(after)];
  if (left === right) return null;
  return (
    <>
      <div className="diff-titles">
        <span>{titles[0]}</span>
        <span>{titles[1]}</span>
      </div>
      <Suspense fallback={<Skeleton height={360} />}>
        <JsonDiff before={left} after={right} titles={titles} />
      </Suspense>
    </>
  );
}
