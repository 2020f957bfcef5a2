import react from '@vitejs/plugin-react';
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => {
  // Where the API is while the page is developed: `dotnet run --project EmbeddedHost` or `func start`, unless ATELIER_API says otherwise.
  const api = loadEnv(mode, '.', 'ATELIER_')['ATELIER_API'] ?? 'http://127.0.0.1:7071';
  return {
    plugins: [react()],
    build: {
      outDir: '../FunctionApp/wwwroot',
      emptyOutDir: true,
      // The page's policy allows nothing inline, so nothing may become a data URL.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2022',
      // The first ones that know light-dark(), which the colours are written in.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    },
    server: { proxy: { '/api': api, '/settings.json': api } },
    test: { environment: 'jsdom', setupFiles: ['src/testing/setup.ts'], restoreMocks: true },
  };
});
