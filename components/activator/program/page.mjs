/** @type {Readonly<Record<"asleep" | "full" | "failed", { readonly retryAfter: number, readonly title: string, readonly words: string }>>} */
const pages = {
  asleep: {
    retryAfter: 60,
    title: "Asleep",
    words:
      "This preview sleeps, because nobody used it for a while. Opened in a browser, it wakes within seconds.",
  },
  full: {
    retryAfter: 60,
    title: "No room",
    words:
      "This preview sleeps, and its host has no room for it now: too many others are awake. Please try again later.",
  },
  failed: {
    retryAfter: 10,
    title: "Does not wake",
    words: "This preview was started, and did not become well in time. Please try again; its log says more.",
  },
};

/**
 * The page for a request that does not pass.
 *
 * @param {keyof typeof pages} admission
 */
export function pageOf(admission) {
  const { retryAfter, title, words } = pages[admission];
  const body =
    `<!doctype html><html lang=en><meta charset=utf-8><meta name=robots content=noindex><meta name=viewport content=width=device-width><title>${title}</title>` +
    `<body style='font:1.2rem system-ui;max-width:30rem;margin:20vh auto;padding:1rem'><h1>${title}</h1><p>${words}\n`;
  return { retryAfter, body };
}
