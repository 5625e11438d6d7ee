/** A total out of ten as cells, with the threshold marked. */

export function ScoreCells({ total, threshold }: { total: number; threshold: number }) {
  const shown = Number(total.toFixed(1)); // a mean of three marks has no end
  return (
    <span className="score-cells" title={`${shown} of 10; ${threshold} needed`}>
      {Array.from({ length: 10 }, (_, at) => (
        <i
          key={at}
          className={[at < total ? "on" : "", at + 1 === threshold ? "threshold" : ""].join(" ")}
          aria-hidden="true"
        />
      ))}
      <b>{shown}</b>
      <span className="muted small">/10</span>
    </span>
  );
}
