import { Skeleton } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import { lazy, Suspense } from 'react';

const JsonDiff = lazy(() =>
  import('../editor/json-editor.tsx').then(({ JsonDiff: Component }) => ({ default: Component })),
);

/** A version's JSON without what the system writes with each save, which would only distract. */
function comparable(pipeline: Pipeline): string {
  const { updateTs: _at, lastModifiedBy: _by, version: _version, ...rest } = pipeline;
  return JSON.stringify(rest, null, 2);
}

/** Two versions of a pipeline as JSON, side by side. */
export function SideBySide({
  before,
  after,
  titles,
}: {
  readonly before: Pipeline;
  readonly after: Pipeline;
  readonly titles: readonly [string, string];
}) {
  return (
    <>
      <div className="diff-titles">
        <span>{titles[0]}</span>
        <span>{titles[1]}</span>
      </div>
      <Suspense fallback={<Skeleton height={360} />}>
        <JsonDiff before={comparable(before)} after={comparable(after)} titles={titles} />
      </Suspense>
    </>
  );
}
