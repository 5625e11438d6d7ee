/** A total out of ten as cells, with the threshold marked. */

export function ScoreCells({ total, threshold }: { total: number; threshold: number }) {
  return (
    <span className="score-cells" title={`${total} of 10; ${threshold} needed`}>
      {Array.from({ length: 10 }, (_, at) => (
        <i
          key={at}
          className={[at < total ? "on" : "", at + 1 === threshold ? "threshold" : ""].join(" ")}
          aria-hidden="true"
        />
      ))}
      <b>{total}</b>
      <span className="muted small">/10</span>
    </span>
  );
}
