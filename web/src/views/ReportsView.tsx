import { useCallback, useState } from 'react';
import { asProblem, describe } from '../api/problem';
import type { Report, ReportPage } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/Dialog';
import { EmptyState } from '../components/EmptyState';
import { ProblemNote } from '../components/ProblemNote';
import { Spinner } from '../components/Spinner';
import { dateTime, excerpt } from '../lib/format';
import { useLoad } from '../lib/useLoad';

/** What visitors reported of shared campaigns, for operators: to take the share down, or to dismiss the report. */
export function ReportsView() {
  const { client, toast } = useSession();
  const { data, problem, reload } = useLoad(useCallback(signal => client.get<ReportPage>('/api/reports?limit=200', signal), [client]));
  const [doomed, setDoomed] = useState<Report | null>(null);
  const [busy, setBusy] = useState<string | null>(null);

  async function remove(path: string, id: string, done: string) {
    setBusy(id);
    try {
      await client.delete(path);
      toast(done);
    } catch (error) {
      toast(describe(asProblem(error)), 'danger');
    } finally {
      setBusy(null);
      setDoomed(null);
      reload();
    }
  }

  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>Reports</h1>
          <p>What visitors reported of shared campaigns. Taking a share down ends its link; the campaign itself stays.</p>
        </div>
      </header>
      {problem && <ProblemNote problem={problem} onRetry={reload} />}
      {!data && !problem && <Spinner label="Fetching the reports" />}
      {data?.items.length === 0 && (
        <EmptyState icon="check" title="No reports">
          <p>Nobody has reported a shared campaign.</p>
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <ul className="rows" aria-label="Reports, newest first">
          {data.items.map(report => (
            <li key={report.id} className="row row-tools">
              <div>
                <p className="row-title">{report.reason}</p>
                <p>“{excerpt(report.prompt, 200)}”</p>
                <p className="row-meta">
                  {report.userId} · <time dateTime={report.at}>{dateTime(report.at)}</time> · campaign <code>{report.campaignId}</code>
                </p>
              </div>
              <div className="row-actions" role="group" aria-label={`What to do with the report of ${dateTime(report.at)}`}>
                <Button variant="danger" onClick={() => setDoomed(report)}>
                  Take the share down
                </Button>
                <Button isBusy={busy === report.id} onClick={() => void remove(`/api/reports/${report.id}`, report.id, 'The report was dismissed.')}>
                  Dismiss
                </Button>
              </div>
            </li>
          ))}
        </ul>
      )}
      {data?.nextCursor && <p className="row-meta">There are older ones. They follow when these are dealt with.</p>}
      {doomed && (
        <ConfirmDialog
          title="Take this share down?"
          confirm="Take it down"
          isBusy={busy === doomed.shareId}
          onConfirm={() => void remove(`/api/shares/${doomed.shareId}`, doomed.shareId, 'The share was taken down.')}
          onClose={() => setDoomed(null)}
        >
          <p>Its link shows nothing any more, and all reports of it go. {doomed.userId} may share the campaign again.</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
