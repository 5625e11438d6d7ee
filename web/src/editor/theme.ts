/** How code looks: every colour is a token of styles/tokens.css, so light and dark need one theme. */

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const chrome = EditorView.theme({
  "&": {
    height: "100%",
    color: "var(--ink)",
    backgroundColor: "var(--code-bg)",
    fontSize: "var(--code-size)",
  },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { caretColor: "var(--accent)", padding: "8px 0 40vh" },
  "&.cm-focused": { outline: "none" },
  "&.cm-focused .cm-cursor, .cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-gutters": {
    backgroundColor: "var(--code-bg)",
    color: "var(--faint)",
    border: "none",
    paddingRight: "4px",
  },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "34px", padding: "0 6px 0 8px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 6%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--selection)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--accent) 18%, transparent)",
    outline: "1px solid color-mix(in srgb, var(--accent) 45%, transparent)",
  },
  ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "14em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px !important" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-completionIcon": { display: "none" },
  ".cm-about": { maxWidth: "min(70ch, 60vw)", maxHeight: "40vh", overflow: "auto", padding: "7px 10px" },
  ".cm-about-signature": { display: "block", fontFamily: "var(--mono)", fontSize: "12.5px" },
  ".cm-about-signature + .cm-about-text": { marginTop: "6px", paddingTop: "6px", borderTop: "1px solid var(--line)" },
  ".cm-about-text": { whiteSpace: "pre-wrap", fontFamily: "var(--mono)", fontSize: "12px", color: "var(--muted)" },
  ".cm-signature": { fontFamily: "var(--mono)", fontSize: "12.5px" },
  ".cm-parameter": { color: "var(--accent)", textDecoration: "underline", textUnderlineOffset: "3px" },
  ".cm-panel.cm-search": { display: "flex", flexWrap: "wrap", gap: "4px 8px", alignItems: "center", padding: "8px 34px 8px 12px" },
  ".cm-panel.cm-search br": { flexBasis: "100%" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "4px", fontSize: "12px" },
  ".cm-textfield": {
    font: "12.5px var(--mono)",
    padding: "4px 8px",
    borderRadius: "6px",
    border: "1px solid var(--line-strong)",
    backgroundColor: "var(--raised)",
    width: "220px",
  },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--raised)",
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
    font: "550 12px/1.4 var(--sans)",
    padding: "3px 9px",
    color: "var(--ink)",
  },
  ".cm-panel [name=close]": { fontSize: "18px", color: "var(--muted)", padding: "0 8px" },
  ".cm-searchMatch": { backgroundColor: "color-mix(in srgb, var(--warn) 28%, transparent)" },
  ".cm-searchMatch-selected": { backgroundColor: "color-mix(in srgb, var(--warn) 55%, transparent)" },
  ".cm-vim-panel": { padding: "2px 12px", fontFamily: "var(--mono)" },
  ".cm-fat-cursor": { background: "var(--accent) !important", color: "var(--on-accent) !important" },
  "&:not(.cm-focused) .cm-fat-cursor": { background: "none !important", outline: "1px solid var(--accent) !important" },
  ".cm-cell-start": { boxShadow: "inset 0 1px 0 var(--cell-rule)" },
  ".cm-cell-title, .cm-cell-title span": { color: "var(--accent)", fontWeight: "600" },
  ".cm-cell-current": { boxShadow: "inset 3px 0 0 var(--accent)" },
  ".cm-cell-start.cm-cell-current": {
    boxShadow: "inset 0 1px 0 var(--cell-rule), inset 3px 0 0 var(--accent)",
  },
  ".cm-ySelectionInfo": {
    fontFamily: "var(--sans)",
    fontSize: "11px",
    padding: "1px 6px",
    borderRadius: "0 4px 4px 0",
    opacity: "1",
    top: "0.05em",
    left: "2px",
  },
  ".cm-ySelectionCaretDot": { display: "none" },
});

const code = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName))],
    color: "var(--code-function)",
  },
  { tag: [tags.className, tags.definition(tags.className), tags.typeName], color: "var(--code-type)" },
  { tag: tags.meta, color: "var(--code-type)" },
  { tag: tags.self, color: "var(--code-number)" },
  { tag: [tags.operator, tags.punctuation], color: "var(--muted)" },
]);

export const theme: Extension = [chrome, syntaxHighlighting(code)];
