import type { FailedAttempt } from '../api/types';
import { codeLabel, dateTime, duration, partLabel, timeOfDay } from '../lib/format';

/** Every attempt that failed, oldest first. */
export function Attempts({ attempts }: { readonly attempts: readonly FailedAttempt[] }) {
  return (
    <section className="attempts" aria-labelledby="attempts-title">
      <h2 id="attempts-title" className="section-title">
        Failed attempts
      </h2>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Table of failed attempts">
        <table>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col">Attempt</th>
              <th scope="col">At</th>
              <th scope="col">What happened</th>
              <th scope="col">Next attempt</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map(attempt => (
              <tr key={`${attempt.part} ${attempt.attempt}`}>
                <th scope="row">{partLabel(attempt.part)}</th>
                <td className="number">{attempt.attempt}</td>
                <td>
                  <time dateTime={attempt.at} title={dateTime(attempt.at)}>
                    {timeOfDay(attempt.at)}
                  </time>
                </td>
                <td>
                  <strong>{codeLabel(attempt.code)}</strong>
                  <span className="cell-detail">{attempt.message}</span>
                </td>
                <td>{attempt.retryInMs === null ? 'None: it was the last' : `after ${duration(attempt.retryInMs)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
