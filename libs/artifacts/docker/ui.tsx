import { defineArtifactUi } from '@gennaker/ui/artifact-ui';
import { ContainerIcon } from '@gennaker/ui/icons';
import { text } from '@gennaker/ui/stage-ui';

export default defineArtifactUi({
  types: ['docker/image'],
  label: 'Container image',
  description: 'A container image in a registry',
  icon: ContainerIcon,
  fields: [
    {
      key: 'name',
      label: 'Image',
      placeholder: 'registry.example.com/team/app',
      help: 'Registry and repository, without a tag',
    },
    { key: 'version', label: 'Tag', placeholder: '1.4.2', help: 'Empty: any' },
    {
      key: 'reference',
      label: 'Reference',
      placeholder: 'registry.example.com/team/app:1.4.2',
      help: 'With its tag or digest: what is deployed',
      required: true,
    },
  ],
  summary: (artifact) =>
    text(artifact['reference']) || [text(artifact['name']), text(artifact['version'])].filter(Boolean).join(':'),
});
