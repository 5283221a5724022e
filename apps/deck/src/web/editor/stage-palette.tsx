import { Modal, TextInput } from '@mantine/core';
import { stageUis } from '@gennaker/stages/ui';
import { HookIcon, SearchIcon } from '@gennaker/ui/icons';
import { STAGE_GROUPS } from '@gennaker/ui/stage-ui';
import { useState } from 'react';

/** A stage type as the palette shows it. */
interface Choice {
  readonly type: string;
  readonly label: string;
  readonly description?: string | undefined;
}

/** Every stage type to choose from; typing narrows, Enter takes the first. */
export function StagePalette({
  opened,
  after,
  preconfigured,
  onClose,
  onChoose,
}: {
  readonly opened: boolean;
  readonly after: string | undefined;
  /** Types that an operator set up; they have no form of their own. */
  readonly preconfigured: readonly Choice[];
  readonly onClose: () => void;
  readonly onChoose: (choice: Choice) => void;
}) {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const ordered = STAGE_GROUPS.flatMap((group) => stageUis.filter((ui) => ui.group === group));
  const shown = ordered.filter((ui) => `${ui.label} ${ui.type} ${ui.description}`.toLowerCase().includes(wanted));
  const own = preconfigured.filter(
    (each) =>
      !stageUis.some(({ type }) => type === each.type) &&
      `${each.label} ${each.type} ${each.description ?? ''}`.toLowerCase().includes(wanted),
  );
  const choose = (choice: Choice): void => {
    setSearch('');
    onChoose(choice);
  };
  return (
    <Modal opened={opened} onClose={onClose} title={after ? `Add a stage after ${after}` : 'Add a stage'} size="lg">
      <TextInput
        data-autofocus
        mb={12}
        aria-label="Find a stage type"
        placeholder="Find a stage type"
        leftSection={<SearchIcon size={15} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          const first = shown[0] ?? own[0];
          if (event.key === 'Enter' && first) choose(first);
        }}
      />
      {STAGE_GROUPS.map((group) => {
        const inGroup = shown.filter((ui) => ui.group === group);
        if (inGroup.length === 0) return null;
        return (
          <section key={group} aria-label={group}>
            <h3 className="palette-group">{group}</h3>
            <div className="palette">
              {inGroup.map((ui) => (
                <button key={ui.type} type="button" className="palette-item" onClick={() => choose(ui)}>
                  <span className="stage-glyph">
                    <ui.icon size={16} aria-hidden />
                  </span>
                  <span>
                    <span className="palette-label">{ui.label}</span>
                    <span className="palette-about">{ui.description}</span>
                  </span>
                </button>
              ))}
            </div>
          </section>
        );
      })}
      {own.length > 0 ? (
        <section aria-label="Set up by your operator">
          <h3 className="palette-group">Set up by your operator</h3>
          <div className="palette">
            {own.map((each) => (
              <button key={each.type} type="button" className="palette-item" onClick={() => choose(each)}>
                <span className="stage-glyph">
                  <HookIcon size={16} aria-hidden />
                </span>
                <span>
                  <span className="palette-label">{each.label}</span>
                  <span className="palette-about">{each.description}</span>
                </span>
              </button>
            ))}
          </div>
        </section>
      ) : null}
      {shown.length === 0 && own.length === 0 ? <p className="gk-muted">No stage type is called so.</p> : null}
    </Modal>
  );
}
