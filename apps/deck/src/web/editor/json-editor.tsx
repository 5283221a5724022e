import { json, jsonParseLinter } from '@codemirror/lang-json';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter } from '@codemirror/lint';
import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { useEffect, useRef } from 'react';

const look = [
  EditorView.theme({
    '&': { height: '100%', fontSize: '12.5px', backgroundColor: 'var(--gk-surface)', color: 'var(--gk-text)' },
    '.cm-scroller': { fontFamily: 'var(--gk-mono)', lineHeight: '19px' },
    '.cm-content': { caretColor: 'var(--gk-text)' },
    '.cm-cursor': { borderLeftColor: 'var(--gk-text)' },
    '.cm-gutters': {
      backgroundColor: 'var(--gk-sunken)',
      color: 'var(--gk-faint)',
      border: 'none',
      borderRight: '1px solid var(--gk-border)',
    },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--gk-hover)' },
    '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'color-mix(in srgb, var(--gk-accent) 26%, transparent) !important',
    },
    '.cm-panels, .cm-tooltip': {
      backgroundColor: 'var(--gk-raised)',
      color: 'var(--gk-text)',
      borderColor: 'var(--gk-border)',
    },
    '.cm-foldPlaceholder': { backgroundColor: 'var(--gk-sunken)', border: 'none', color: 'var(--gk-muted)' },
    '.cm-collapsedLines': { background: 'var(--gk-sunken)', color: 'var(--gk-muted)' },
    '&.cm-focused': { outline: 'none' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.propertyName, color: 'var(--gk-accent)' },
      { tag: tags.string, color: 'var(--gk-succeeded)' },
      { tag: [tags.number, tags.bool, tags.null], color: 'var(--gk-paused)' },
      { tag: tags.punctuation, color: 'var(--gk-faint)' },
    ]),
  ),
];

/** JSON under edit; what does not parse is marked at its place. */
export function JsonEditor({
  value,
  onChange,
  label,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly label: string;
}) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const changed = useRef(onChange);
  changed.current = onChange;
  const first = useRef({ value, label });
  useEffect(() => {
    if (!host.current) return undefined;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.current.value,
        extensions: [
          basicSetup,
          json(),
          linter(jsonParseLinter(), { delay: 200 }),
          lintGutter(),
          look,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': first.current.label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
    // The document is made once; later values come in below.
  }, []);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  return <div ref={host} className="json-editor" />;
}

/** Two JSON texts side by side, differences marked. */
export function JsonDiff({
  before,
  after,
  titles: [left, right],
}: {
  readonly before: string;
  readonly after: string;
  /** What the sides are called, for those who do not see them. */
  readonly titles: readonly [string, string];
}) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return undefined;
    const side = (title: string) => [
      basicSetup,
      json(),
      look,
      EditorView.editable.of(false),
      EditorState.readOnly.of(true),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': title }),
    ];
    const merge = new MergeView({
      parent: host.current,
      a: { doc: before, extensions: side(left) },
      b: { doc: after, extensions: side(right) },
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: true,
    });
    return () => merge.destroy();
  }, [before, after, left, right]);
  return <div ref={host} className="json-diff" />;
}
