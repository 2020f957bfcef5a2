const backgroundTimeout = 60_000;

/**
 * Reports when the page comes to the front, and when it has been in the background for a minute. Over HTTP/1.1 a browser has six connections for
 * all tabs of a host: a stream in each of them would leave none to load a page with.
 * @returns a function that ends the watch.
 */
export function watchVisibility(onFront: () => void, onBackground: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(onBackground, backgroundTimeout);
    else onFront();
  };
  document.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  };
}
