import { EmptyState } from '../components/EmptyState';

export function NotFoundView() {
  return (
    <div className="page">
      <h1 className="visually-hidden">Not found</h1>
      <EmptyState icon="search" title="There is nothing here">
        <p>The address leads to no view of Atelier.</p>
        <a className="button button-primary" href="#/">
          To the campaigns
        </a>
      </EmptyState>
    </div>
  );
}
