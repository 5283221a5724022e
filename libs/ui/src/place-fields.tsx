import { ChoiceField } from './fields.tsx';
import { useGivenTarget } from './given-target.tsx';
import { useLiveData } from './live-data.tsx';
import type { JsonObject, StageConfig, StageFormProps } from './stage-ui.tsx';
import { text } from './stage-ui.tsx';

type Props = Pick<StageFormProps, 'stage' | 'onChange'>;

/** The account that a stage works in; nothing where it is given. */
export function AccountField({ stage, onChange }: Props) {
  const accounts = useLiveData().useAccounts();
  if (useGivenTarget()) return null;
  return (
    <ChoiceField
      label="Account"
      required
      value={stage['credentials']}
      choices={accounts}
      onChange={(credentials) => onChange({ credentials })}
    />
  );
}

/** The region that a stage works in; nothing where it is given. */
export function RegionField({ stage, onChange, help }: Props & { readonly help?: string }) {
  const regions = useLiveData().useRegions(text(stage['credentials']) || undefined);
  if (useGivenTarget()) return null;
  return (
    <ChoiceField
      label="Region"
      required
      {...(help === undefined ? {} : { help })}
      value={stage['region']}
      choices={regions}
      onChange={(region) => onChange({ region })}
    />
  );
}

/** Keys of a new stage that works in a cloud. */
export function placeDefaults(): JsonObject {
  return { cloudProvider: 'gce', cloudProviderType: 'gce' };
}

/** What is missing of a stage's account, and of its region where it needs one. */
export function placeProblems(stage: StageConfig, needsRegion = true): string[] {
  return [
    ...(text(stage['credentials']) ? [] : ['choose an account']),
    ...(needsRegion && !text(stage['region']) ? ['choose a region'] : []),
  ];
}
