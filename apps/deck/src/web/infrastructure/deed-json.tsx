import { ErrorPanel } from '@gennaker/ui/panels';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import { z } from 'zod';
import { JsonEditor } from '../editor/json-editor.tsx';
import { parseJson } from '../editor/json-text.ts';

const partSchema = z.record(z.string(), z.unknown());

/** What a form says, as JSON under edit: also what it has no field for. `onChange` gets undefined while the text cannot be read. */
export function DeedJson({
  of,
  onChange,
}: {
  readonly of: JsonObject;
  readonly onChange: (part: JsonObject | undefined) => void;
}) {
  const [text, setText] = useState(() => JSON.stringify(of, null, 2));
  const [error, setError] = useState<unknown>();
  const write = (next: string): void => {
    setText(next);
    try {
      onChange(partSchema.parse(parseJson(next)));
      setError(undefined);
    } catch (problem) {
      onChange(undefined);
      setError(problem);
    }
  };
  return (
    <>
      <div className="deed-json">
        <JsonEditor label="The form as JSON" value={text} onChange={write} />
      </div>
      {error ? <ErrorPanel title="This cannot be read" error={error} /> : null}
    </>
  );
}
