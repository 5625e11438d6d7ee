/** The private side of the interviewer's page. */

import { useState } from "react";

import type { GuideMaterials } from "../protocol";
import { Chat, ChatAnnouncer, useUnread } from "../room/Chat";
import { useView } from "../room/context";
import { Empty } from "../ui/parts";
import { Tabs } from "../ui/Tabs";
import { Dock } from "./Dock";
import { GuidePanel } from "./GuidePanel";
import { IntegrityPanel } from "./IntegrityPanel";
import { JudgePanel } from "./JudgePanel";
import { NotesPanel } from "./NotesPanel";
import { RubricPanel } from "./RubricPanel";

export function SidePanel({ guide }: { guide: GuideMaterials | undefined }) {
  const { notes = [], integrity = [], judgements = [] } = useView();
  const [tab, setTab] = useState("guide");
  const unread = useUnread(tab === "chat");
  const working = judgements.some((one) => one.state === "queued" || one.state === "running");
  const signals = integrity.filter(
    (one) => ["paste", "away", "big_insert", "rhythm"].includes(one.kind) && one.origin !== "room",
  ).length;
  return (
    <aside className="column private" aria-label="Private to you">
      <Tabs
        label="Private"
        selected={tab}
        onSelect={setTab}
        panelId="private"
        items={[
          { id: "guide", label: "Guide" },
          { id: "rubric", label: "Rubric" },
          {
            id: "notes",
            label: <>Notes{notes.length ? <span className="count">{notes.length}</span> : null}</>,
          },
          { id: "judge", label: <>Judge{working ? <i className="dot pulse" title="working" /> : null}</> },
          { id: "chat", label: <>Chat{unread ? <span className="count">{unread}</span> : null}</> },
          {
            id: "integrity",
            label: <>Signals{signals ? <span className="count">{signals}</span> : null}</>,
          },
        ]}
      />
      <div className="fill" id="private" role="tabpanel" aria-label={tab}>
        {tab === "guide" && guide ? <GuidePanel guide={guide} /> : null}
        {tab === "rubric" && guide ? <RubricPanel guide={guide} /> : null}
        {(tab === "guide" || tab === "rubric") && !guide ? (
          <Empty title="The guide could not be loaded">Reload the page.</Empty>
        ) : null}
        {tab === "notes" ? <NotesPanel /> : null}
        {tab === "judge" ? <JudgePanel /> : null}
        {tab === "chat" ? <Chat shown /> : null}
        {tab === "integrity" ? <IntegrityPanel /> : null}
      </div>
      <ChatAnnouncer />
      <Dock />
    </aside>
  );
}
