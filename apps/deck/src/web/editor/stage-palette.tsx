import { Modal, TextInput } from '@mantine/core';
import { stageUis } from '@gennaker/stages/ui';
import { SearchIcon } from '@gennaker/ui/icons';
import type { StageUi } from '@gennaker/ui/stage-ui';
import { STAGE_GROUPS } from '@gennaker/ui/stage-ui';
import { useState } from 'react';

/** Every stage type to choose from; typing narrows, Enter takes the first. */
export function StagePalette({
  opened,
  after,
  onClose,
  onChoose,
}: {
  readonly opened: boolean;
  readonly after: string | undefined;
  readonly onClose: () => void;
  readonly onChoose: (ui: StageUi) => void;
}) {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const ordered = STAGE_GROUPS.flatMap((group) => stageUis.filter((ui) => ui.group === group));
  const shown = ordered.filter((ui) => `${ui.label} ${ui.type} ${ui.description}`.toLowerCase().includes(wanted));
  const choose = (ui: StageUi): void => {
    setSearch('');
    onChoose(ui);
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
          const first = shown[0];
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
      {shown.length === 0 ? <p className="gk-muted">No stage type is called so.</p> : null}
    </Modal>
  );
}
