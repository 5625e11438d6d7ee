/** What an interviewer needs now and then, folded into one button of the bar. */

import { useId, useState } from "react";

import { CoEditSwitch } from "../room/CoEdit";
import { StartFocus } from "../room/FocusBlock";
import { useView } from "../room/context";
import { SettingsDialogs, SettingsOpeners, type Opened } from "../room/SettingsDialog";

export function ArrangeMenu() {
  const { interview } = useView();
  const menu = useId();
  const [opened, setOpened] = useState<Opened>(null);
  const id = encodeURIComponent(interview.id);
  // The browser's own popover: Escape or a click elsewhere closes it, and the focus goes back to the button.
  return (
    <>
      <button type="button" className="button tiny" popoverTarget={menu} data-testid="arrange">
        Arrange
      </button>
      <div id={menu} popover="auto" className="menu" role="group" aria-label="Arrange">
        <CoEditSwitch />
        <StartFocus />
        <a href={`/arrangements/${id}`} target="_blank" rel="noreferrer">
          Panel and accommodations
        </a>
        <a href={`/report/${id}`} target="_blank" rel="noreferrer">
          Report
        </a>
        <a href={`/replay/${id}`} target="_blank" rel="noreferrer">
          Replay
        </a>
        <SettingsOpeners onOpen={setOpened} />
      </div>
      <SettingsDialogs opened={opened} onOpen={setOpened} />
    </>
  );
}
