/** Ports from one to another, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** The ports of a forwarding rule: its list, its range or all. Empty when what it says is no range of ports. */
export function portRangesOf(rule: {
  readonly portRange?: string | undefined;
  readonly ports?: readonly string[] | undefined;
  readonly allPorts?: boolean | undefined;
}): PortRange[] {
  if (rule.allPorts === true) return [{ from: 1, to: 65_535 }];
  const texts = rule.ports !== undefined && rule.ports.length > 0 ? rule.ports : [rule.portRange ?? ''];
  return texts.flatMap((text) => {
    const [from = Number.NaN, to = from] = text.split('-').map(Number);
    return Number.isInteger(from) && Number.isInteger(to) && from >= 1 && from <= to && to <= 65_535
      ? [{ from, to }]
      : [];
  });
}
