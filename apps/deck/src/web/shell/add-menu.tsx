import { Button, Menu } from '@mantine/core';
import { type Icon, PlusIcon } from '@gennaker/ui/icons';

/** A type of which one can be added. */
interface Choice {
  readonly type: string;
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
}

/** A button with a menu of the types that can be added, each with what it is for. */
export function AddMenu<C extends Choice>({
  label,
  choices,
  onAdd,
}: {
  readonly label: string;
  readonly choices: readonly C[];
  readonly onAdd: (choice: C) => void;
}) {
  return (
    <Menu position="bottom-end" width={320}>
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<PlusIcon size={14} />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {choices.map((choice) => (
          <Menu.Item key={choice.type} leftSection={<choice.icon size={16} />} onClick={() => onAdd(choice)}>
            <div>{choice.label}</div>
            <div className="gk-muted" style={{ fontSize: 12 }}>
              {choice.description}
            </div>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
