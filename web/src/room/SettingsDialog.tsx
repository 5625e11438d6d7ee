/** How this person likes to work, and every key of the room. */

import { useEffect, useRef, useState, type ReactNode } from "react";

import { caps, SHORTCUTS } from "../editor/shortcuts";
import { change, KEYMAPS, stepFont, useSettings, type Keymap } from "../settings";
import { useStore } from "../store";
import { chooseContrast, chosenContrast, chooseTheme, CONTRASTS, theme, THEMES } from "../ui/theme";

const MAC = navigator.platform.startsWith("Mac");
export type Opened = "settings" | "keys" | null;

/** Two buttons for the bar, and what they open. */
export function SettingsButtons() {
  const [opened, setOpened] = useState<Opened>(null);
  return (
    <>
      <SettingsOpeners onOpen={setOpened} />
      <SettingsDialogs opened={opened} onOpen={setOpened} />
    </>
  );
}

export function SettingsOpeners({ onOpen }: { onOpen(what: Opened): void }) {
  return (
    <>
      <button type="button" className="button quiet tiny" onClick={() => onOpen("keys")} title="F1">
        Keys
      </button>
      <button
        type="button"
        className="button quiet tiny"
        data-testid="settings"
        onClick={() => onOpen("settings")}
      >
        Settings
      </button>
    </>
  );
}

/** F1, or `?` outside of text, shows the keys. */
export function SettingsDialogs({ opened, onOpen }: { opened: Opened; onOpen(what: Opened): void }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "F1" && !(event.key === "?" && !isText(event.target))) return;
      event.preventDefault();
      onOpen("keys");
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [onOpen]);
  const close = () => onOpen(null);
  return (
    <>
      <Dialog title="Settings" open={opened === "settings"} onClose={close}>
        <SettingsForm />
      </Dialog>
      <Dialog title="Keys" open={opened === "keys"} onClose={close}>
        <Keys />
      </Dialog>
    </>
  );
}

function isText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, [contenteditable=true]") !== null;
}

function Dialog(props: { title: string; open: boolean; onClose(): void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const node = dialog.current;
    if (!node) return;
    if (props.open && !node.open) node.showModal();
    if (!props.open && node.open) node.close();
  }, [props.open]);
  return (
    <dialog ref={dialog} aria-label={props.title} onClose={props.onClose} className="wide">
      {props.open ? (
        <>
          <div className="body">
            <h2>{props.title}</h2>
            {props.children}
          </div>
          <div className="actions">
            <button type="button" className="button primary" onClick={props.onClose}>
              Done
            </button>
          </div>
        </>
      ) : null}
    </dialog>
  );
}

const KEYMAP_NAMES: Record<Keymap, string> = { standard: "Standard", vim: "Vim", emacs: "Emacs" };

function SettingsForm() {
  const { keymap, fontSize, wrap, lint, screenReader } = useSettings();
  return (
    <div className="settings">
      <Choice
        label="Keys of the editor"
        options={KEYMAPS}
        names={KEYMAP_NAMES}
        chosen={keymap}
        onChoose={(next) => change({ keymap: next })}
      />
      <Choice
        label="Colours"
        options={THEMES}
        names={{ system: "As the system", light: "Light", dark: "Dark" }}
        chosen={useStore(theme)}
        onChoose={chooseTheme}
      />
      <Choice
        label="Contrast"
        options={CONTRASTS}
        names={{ system: "As the system", normal: "Normal", high: "High" }}
        chosen={useStore(chosenContrast)}
        onChoose={chooseContrast}
      />
      <div className="setting" role="group" aria-label="Size of code">
        <span>Size of code</span>
        <span className="row">
          <button
            type="button"
            className="button tiny"
            aria-label="Smaller"
            onClick={() => change({ fontSize: stepFont(fontSize, -1) })}
          >
            A−
          </button>
          <output className="mono" aria-live="polite">
            {fontSize} px
          </output>
          <button
            type="button"
            className="button tiny"
            aria-label="Larger"
            onClick={() => change({ fontSize: stepFont(fontSize, 1) })}
          >
            A+
          </button>
        </span>
      </div>
      <Switch label="Wrap long lines" on={wrap} onChange={(on) => change({ wrap: on })} />
      <Switch label="Mark mistakes: syntax, undefined and unused names" on={lint} onChange={(on) => change({ lint: on })} />
      <Switch
        label="Terminal for screen readers"
        on={screenReader}
        onChange={(on) => change({ screenReader: on })}
      />
      <p className="small muted">Kept in this browser; nobody else sees them.</p>
    </div>
  );
}

function Choice<T extends string>(props: {
  label: string;
  options: readonly T[];
  names: Record<T, string>;
  chosen: T;
  onChoose(option: T): void;
}) {
  return (
    <div className="setting" role="group" aria-label={props.label}>
      <span>{props.label}</span>
      <span className="segments">
        {props.options.map((option) => (
          <button
            key={option}
            type="button"
            aria-pressed={option === props.chosen}
            onClick={() => props.onChoose(option)}
          >
            {props.names[option]}
          </button>
        ))}
      </span>
    </div>
  );
}

function Switch(props: { label: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <label className="setting">
      <span>{props.label}</span>
      <input type="checkbox" checked={props.on} onChange={(event) => props.onChange(event.target.checked)} />
    </label>
  );
}

function Keys() {
  const { keymap } = useSettings();
  return (
    <div className="keys">
      {keymap === "standard" ? null : (
        <p className="small muted">
          With {KEYMAP_NAMES[keymap]} keys, some of the keys for editing do what {KEYMAP_NAMES[keymap]} does.
        </p>
      )}
      {SHORTCUTS.map(({ title, shortcuts }) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          <dl>
            {shortcuts.map(({ keys, does }) => (
              <div key={does}>
                <dt>
                  {keys.map((key) => (
                    <span key={key} className="chord">
                      {caps(key, MAC).map((cap) => (
                        <kbd key={cap}>{cap}</kbd>
                      ))}
                    </span>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
