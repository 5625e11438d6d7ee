/** The review's comments beside the file, each a shared text. */

import { useEffect, useRef } from "react";

import { useRoom } from "../room/context";
import { deleteComment, type Comment } from "../room/document";
import { SharedTextarea } from "../room/SharedTextarea";
import { Empty } from "../ui/parts";

export function CommentList(props: {
  comments: readonly Comment[];
  active: string | null;
  writable: boolean;
  onGoTo(comment: Comment): void;
  onActive(id: string): void;
  onLeave(): void;
}) {
  if (props.comments.length === 0) {
    return (
      <Empty title={props.writable ? "No comments yet" : "The candidate has not commented yet"}>
        {props.writable
          ? "Pick a line that you would not let into production and say why. Move with the arrow keys and press C, or click beside a line."
          : "Comments appear here as they are typed."}
      </Empty>
    );
  }
  return (
    <ul className="comments scroll">
      {props.comments.map((comment) => (
        <CommentCard key={comment.id} comment={comment} {...props} />
      ))}
    </ul>
  );
}

function CommentCard(props: {
  comment: Comment;
  active: string | null;
  writable: boolean;
  onGoTo(comment: Comment): void;
  onActive(id: string): void;
  onLeave(): void;
}) {
  const { comment, active, writable } = props;
  const room = useRoom();
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active !== comment.id) return;
    card.current?.scrollIntoView({ block: "nearest" });
    if (writable) card.current?.querySelector("textarea")?.focus();
  }, [active, comment.id, writable]);
  const remove = () => {
    deleteComment(room.doc, comment.id);
    props.onLeave();
  };
  return (
    <li className={`comment ${active === comment.id ? "active" : ""}`} ref={card} data-testid="comment">
      <div className="row">
        <button type="button" className="button quiet tiny" onClick={() => props.onGoTo(comment)}>
          Line {comment.line}
        </button>
        <span className="grow" />
        {writable ? (
          <button type="button" className="button quiet tiny" onClick={remove}>
            Delete<span className="hidden-visually"> the comment on line {comment.line}</span>
          </button>
        ) : null}
      </div>
      <SharedTextarea
        text={comment.text}
        label={`Comment on line ${comment.line}`}
        writable={writable}
        rows={2}
        placeholder="What is wrong here, and what would you do instead? Esc returns to the code."
        onFocus={() => props.onActive(comment.id)}
        onEscape={props.onLeave}
        where="comment"
      />
    </li>
  );
}
