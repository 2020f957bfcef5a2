import { Composer } from './Composer';
import { Gallery } from './Gallery';

export function HomeView() {
  return (
    <div className="page">
      <Composer />
      <Gallery />
    </div>
  );
}
