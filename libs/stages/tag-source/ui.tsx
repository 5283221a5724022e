import { FieldGrid, SwitchField, TextAreaField, TextField, Wide } from '@gennaker/ui/fields';
import { TagIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, isOn, text } from '@gennaker/ui/stage-ui';
import { tagSourceSchema } from './schema.ts';

/** An address as a link, where there is one. */
const link = (label: string, address: unknown): [string, React.ReactNode][] => {
  const url = text(address);
  return /^https?:/.test(url)
    ? [
        [
          label,
          <a key={label} href={url} target="_blank" rel="noreferrer">
            {url}
          </a>,
        ],
      ]
    : [];
};

export default defineStageUi({
  type: 'tagSource',
  label: 'Tag source',
  description: 'Tags or releases the commit that the execution is about',
  group: 'Build and deploy',
  icon: TagIcon,
  schema: tagSourceSchema,
  defaults: () => ({ tag: '' }),
  summary: (stage) =>
    [text(stage['tag']), text(stage['repository']) ? `in ${text(stage['repository'])}` : ''].filter(Boolean).join(' '),
  problems: (stage) => (text(stage['tag']) ? [] : ['name the tag']),
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <TextField
        label="Tag"
        required
        mono
        placeholder="v1.2.3"
        value={stage['tag']}
        onChange={(tag) => onChange({ tag: tag ?? '' })}
        help="The same tag on the same commit again is a success; on another commit it fails"
      />
      <TextField
        label="Message"
        placeholder="A plain tag"
        value={stage['message']}
        onChange={(message) => onChange({ message })}
        help="Makes it an annotated tag"
      />
      <TextField
        label="Repository"
        mono
        placeholder="Where the execution's commit is from"
        value={stage['repository']}
        onChange={(repository) => onChange({ repository })}
        help="organisation/name"
      />
      <TextField
        label="Account"
        placeholder="The one for the repository's host"
        value={stage['account']}
        onChange={(account) => onChange({ account })}
        help="A name under scm.accounts in gennaker.yml"
      />
      <Wide>
        <TextField
          label="Commit"
          mono
          placeholder="The commit that started the execution, or that its build was made from"
          value={stage['hash']}
          onChange={(hash) => onChange({ hash })}
          help="The whole SHA"
        />
      </Wide>
      <SwitchField
        label="Release the tag"
        value={isOn(stage['release'])}
        onChange={(release) => onChange({ release: release || undefined })}
      />
      {isOn(stage['release']) ? (
        <>
          <SwitchField
            label="Mark it as a pre-release"
            value={isOn(stage['prerelease'])}
            onChange={(prerelease) => onChange({ prerelease: prerelease || undefined })}
          />
          <Wide>
            <TextField
              label="Name of the release"
              placeholder="The tag's name"
              value={stage['releaseName']}
              onChange={(releaseName) => onChange({ releaseName })}
            />
          </Wide>
          <Wide>
            <TextAreaField
              label="Release notes"
              value={stage['releaseNotes']}
              onChange={(releaseNotes) => onChange({ releaseNotes })}
            />
          </Wide>
        </>
      ) : null}
    </FieldGrid>
  ),
  Details: ({ stage }) => (
    <Facts
      of={[
        ...(text(stage.outputs['tag']) ? [['Tag', text(stage.outputs['tag'])] as [string, string]] : []),
        ...(text(stage.outputs['taggedHash'])
          ? [
              ['Commit', text(stage.outputs['taggedHash'])] as [string, string],
              ['Repository', text(stage.outputs['taggedRepository'])] as [string, string],
            ]
          : []),
        ...link('Page of the tag', stage.outputs['tagUrl']),
        ...link('Release', stage.outputs['releaseUrl']),
      ]}
    />
  ),
});
