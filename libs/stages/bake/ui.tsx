import { ChoiceField, FieldGrid, PairsField, SwitchField, TextField, Wide } from '@gennaker/ui/fields';
import { BakeIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { LogView } from '@gennaker/ui/log-view';
import { Facts } from '@gennaker/ui/panels';
import type { StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { bakeStageSchema } from './schema.ts';

function Form({ stage, onChange }: StageFormProps) {
  const live = useLiveData();
  const provider = text(stage['cloudProviderType']) || 'gce';
  const baseImages = live.useBaseImages(provider);
  const accounts = live.useAccounts(provider);
  return (
    <FieldGrid>
      <TextField
        label="Package"
        required
        placeholder="hello"
        help="Found among the files of the build that triggered the pipeline"
        value={stage['package']}
        onChange={(value) => onChange({ package: value ?? '' })}
      />
      <ChoiceField
        label="Base image"
        required
        value={stage['baseOs']}
        choices={baseImages}
        onChange={(baseOs) => onChange({ baseOs })}
      />
      <ChoiceField
        label="Account"
        help="Whose image store gets the image"
        value={stage['account']}
        choices={accounts}
        onChange={(account) => onChange({ account })}
        placeholder="The first account"
      />
      <TextField
        label="Image name"
        placeholder="The package's name"
        value={stage['amiName']}
        onChange={(amiName) => onChange({ amiName })}
      />
      <TextField
        label="Packer template"
        placeholder="The cloud's own"
        value={stage['templateFileName']}
        onChange={(templateFileName) => onChange({ templateFileName })}
      />
      <SwitchField
        label="Bake again every time"
        help="Otherwise an image of the same package and base is used again"
        value={stage['rebake'] === true}
        onChange={(rebake) => onChange({ rebake: rebake || undefined })}
      />
      <Wide>
        <PairsField
          label="Packer variables"
          add="Add variable"
          value={object(stage['extendedAttributes'])}
          onChange={(extendedAttributes) => onChange({ extendedAttributes })}
        />
      </Wide>
    </FieldGrid>
  );
}

/** The bakes that a stage or its synthetic stages did: one per region. */
function bakesOf({ stage, children }: StageDetailsProps) {
  return [stage, ...children]
    .map((each) => {
      const values: Record<string, unknown> = { ...each.context, ...each.outputs };
      const status = object(values['status']);
      return {
        region: text(values['region']) || 'global',
        id: text(status['id']) || text(values['bakeId']),
        image: text(values['imageName']) || text(values['ami']) || text(values['imageId']),
      };
    })
    .filter((bake) => bake.id !== '' || bake.image !== '');
}

function Details(props: StageDetailsProps) {
  const live = useLiveData();
  const { stage } = props;
  const bakes = bakesOf(props);
  const deployed = list(stage.outputs['deploymentDetails']).map(object);
  const images = [
    ...new Set(
      [
        ...deployed.map((each) => text(each['imageName']) || text(each['ami']) || text(each['imageId'])),
        ...bakes.map(({ image }) => image),
      ].filter(Boolean),
    ),
  ];
  const logs = bakes.filter(({ id }) => id !== '');
  return (
    <>
      <Facts
        of={[
          ['Package', text(stage.context['package'])],
          ['Base image', text(stage.context['baseOs'])],
          ['Image', images.length > 0 ? <span className="gk-mono">{images.join(', ')}</span> : undefined],
          [
            'Baked before',
            stage.outputs['previouslyBaked'] === true || stage.context['previouslyBaked'] === true
              ? 'Yes: the image was used again'
              : undefined,
          ],
        ]}
      />
      {logs.map(({ id, region }) => (
        <LogView
          key={id}
          id={id}
          title={`Log of the bake${logs.length > 1 ? ` in ${region}` : ''}`}
          read={(offset, signal) => live.readBakeLog(region, id, offset, signal)}
        />
      ))}
    </>
  );
}

export default defineStageUi({
  type: 'bake',
  label: 'Bake',
  description: 'Makes a machine image with a package installed',
  group: 'Build and deploy',
  icon: BakeIcon,
  schema: bakeStageSchema,
  producesArtifacts: true,
  defaults: () => ({ cloudProviderType: 'gce', region: 'global', package: '', baseLabel: 'release' }),
  summary: (stage) => [text(stage['package']), text(stage['baseOs'])].filter(Boolean).join(' on '),
  problems: (stage) => [
    ...(text(stage['package']) ? [] : ['name the package']),
    ...(text(stage['baseOs']) ? [] : ['choose a base image']),
  ],
  Form,
  Details,
});
