import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { SharedView, sharedToken } from './views/SharedView';
import { applyTheme, storedTheme } from './lib/theme';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/shell.css';
import './styles/composer.css';
import './styles/gallery.css';
import './styles/organize.css';
import './styles/campaign.css';
import './styles/views.css';

applyTheme(storedTheme());
const token = sharedToken(window.location.pathname);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    {token === null ? <App /> : <SharedView token={token} />}
  </StrictMode>,
);
