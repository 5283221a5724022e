import { defineArtifactUi } from '@gennaker/ui/artifact-ui';
import { SourceIcon } from '@gennaker/ui/icons';
import { text } from '@gennaker/ui/stage-ui';

export default defineArtifactUi({
  types: ['github/file'],
  label: 'File at GitHub',
  description: 'A file in a repository at GitHub',
  icon: SourceIcon,
  fields: [
    {
      key: 'reference',
      label: 'Address of the file',
      placeholder: 'https://api.github.com/repos/OWNER/REPOSITORY/contents/PATH',
      help: "The address of GitHub's API; the raw address works too",
      required: true,
    },
    {
      key: 'version',
      label: 'Branch, tag or commit',
      placeholder: 'main',
      help: 'Empty: the default branch of the repository',
    },
    { key: 'name', label: 'Path', placeholder: 'deploy/app.yml', help: 'As webhooks of GitHub name it' },
  ],
  summary: (artifact) => text(artifact['reference']) || text(artifact['name']),
});
