// One tab of a tablet books. Another one may take over, and then the first one stops.

const LOCK = "stofstroom-outbox";

/**
 * Tries to be the tab that books.
 * @param {{steal?: boolean, onlost: () => void}} how  onlost: another tab took over
 * @returns {Promise<boolean>} whether this tab is the one now
 */
export function lead(how) {
  // Without locks there is no way to know of another tab; the server books each scan once anyway.
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const wanted = how.steal ? { steal: true } : { ifAvailable: true };
    const held = (lock) => {
      resolve(lock !== null);
      // Kept for as long as this tab lives.
      return lock === null ? null : new Promise(() => {});
    };
    navigator.locks.request(LOCK, wanted, held).catch(() => how.onlost());
  });
}
