import type { ReactNode } from 'react';
import { FieldGrid, TextField, WordsField } from './fields.tsx';
import { useGivenTarget } from './given-target.tsx';
import { AccountField, placeProblems, RegionField } from './place-fields.tsx';
import type { StageConfig, StageFormProps } from './stage-ui.tsx';
import { strings, text } from './stage-ui.tsx';

/** Fields that say which instances: account, region, names, and the server group that they belong to; where they are given, only `children`. */
export function InstanceFields({ stage, onChange, children }: StageFormProps & { readonly children?: ReactNode }) {
  if (useGivenTarget()) return children ? <FieldGrid>{children}</FieldGrid> : null;
  return (
    <FieldGrid>
      <WordsField
        label="Instances"
        required
        help="Names or expressions, each ended by Enter"
        value={strings(stage['instanceIds'])}
        onChange={(instanceIds) => onChange({ instanceIds })}
      />
      {children}
      <AccountField stage={stage} onChange={onChange} />
      <RegionField stage={stage} onChange={onChange} />
      <TextField
        label="Server group"
        placeholder="Found by the instances"
        value={stage['serverGroupName']}
        onChange={(serverGroupName) => onChange({ serverGroupName })}
      />
    </FieldGrid>
  );
}

/** What is missing in a stage that names instances. */
export function instanceProblems(stage: StageConfig): string[] {
  const named = strings(stage['instanceIds']).length > 0 || text(stage['instanceIds']) || text(stage['instance']);
  return [...(named ? [] : ['name an instance']), ...placeProblems(stage)];
}

/** One line: which instances. */
export function instanceSummary(stage: StageConfig): string {
  const [first, ...more] = strings(stage['instanceIds']);
  return first ? `${first}${more.length > 0 ? ` and ${more.length} more` : ''}` : text(stage['instance']);
}
